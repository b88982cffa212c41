#include "visit/single_flight.h"

#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

#include "support/fake_cache.h"

namespace forage::visit {
namespace {

using test::makeEntry;
using Role = SingleFlight::Role;
using Then = SingleFlight::Then;

class Home final : public FlightHome {
 public:
  void answered(void* visit, const FlightAnswer& answer) noexcept override {
    answers.emplace_back(visit, answer);
  }
  std::vector<std::pair<void*, FlightAnswer>> answers;
};

class SingleFlightTest : public ::testing::Test {
 protected:
  SingleFlight::Joined join(const Key& key, void* visit = nullptr) {
    return flights_.join(key, flights_.now(), &home_, visit);
  }

  SingleFlight flights_;
  Home home_;
  int a_ = 0, b_ = 0, c_ = 0;
};

TEST_F(SingleFlightTest, TheFirstLeadsAndTheOthersArePlacedBehindIt) {
  EXPECT_EQ(join("k", &a_).role, Role::kLeads);
  EXPECT_EQ(join("k", &b_).role, Role::kParked);
  EXPECT_EQ(join("other", &c_).role, Role::kLeads);
  const EntryPtr entry = makeEntry("k", "body");
  flights_.complete("k", entry, Then::kEnds);
  ASSERT_EQ(home_.answers.size(), 1u);
  EXPECT_EQ(home_.answers[0].first, &b_);
  EXPECT_EQ(home_.answers[0].second.entry, entry);
  EXPECT_EQ(join("k").role, Role::kLeads);
}

TEST_F(SingleFlightTest, AnAnswerOnItsWayToTheCacheAnswersWhoComesLater) {
  (void)join("k");
  const EntryPtr entry = makeEntry("k", "body");
  flights_.complete("k", entry, Then::kHeld);
  const auto joined = join("k");
  EXPECT_EQ(joined.role, Role::kAnswered);
  EXPECT_EQ(joined.entry, entry);
  flights_.retire("k", entry, true);
  EXPECT_EQ(flights_.size(), 0u);
}

TEST_F(SingleFlightTest, AFailureIsSharedWithThoseParkedAndNotWithLaterOnes) {
  (void)join("k", &a_);
  (void)join("k", &b_);
  flights_.fail("k", {ErrorKind::kConnect, "refused"});
  ASSERT_EQ(home_.answers.size(), 1u);
  EXPECT_EQ(home_.answers[0].second.failure.kind, ErrorKind::kConnect);
  EXPECT_EQ(join("k", &c_).role, Role::kLeads);
}

TEST_F(SingleFlightTest, ACancelledLeaderHandsOverToWhoWaitsLongest) {
  (void)join("k", &a_);
  (void)join("k", &b_);
  (void)join("k", &c_);
  flights_.abandon("k");
  ASSERT_EQ(home_.answers.size(), 1u);
  EXPECT_EQ(home_.answers[0].first, &b_);
  EXPECT_TRUE(home_.answers[0].second.lead);
  flights_.complete("k", makeEntry("k", "body"), Then::kEnds);
  ASSERT_EQ(home_.answers.size(), 2u);
  EXPECT_EQ(home_.answers[1].first, &c_);
}

TEST_F(SingleFlightTest, ALookUpIssuedBeforeTheAcknowledgementLooksAgain) {
  const std::uint64_t before = flights_.now();
  (void)join("k");
  const EntryPtr entry = makeEntry("k", "body");
  flights_.complete("k", entry, Then::kHeld);
  flights_.retire("k", entry, true);
  const auto late = flights_.join("k", before, &home_, &a_);
  EXPECT_EQ(late.role, Role::kLeads);
  EXPECT_TRUE(late.look_again);
  flights_.abandon("k");
  EXPECT_FALSE(flights_.join("k", flights_.now(), &home_, &a_).look_again);
}

TEST_F(SingleFlightTest, WhatTheCacheHoldsAlreadyIsLookedForAgainAndNotHeld) {
  const std::uint64_t before = flights_.now();
  (void)join("k");
  (void)join("k", &a_);
  flights_.complete("k", makeEntry("k", "body"), Then::kMarked);
  EXPECT_EQ(flights_.size(), 0u);
  ASSERT_EQ(home_.answers.size(), 1u);
  EXPECT_TRUE(home_.answers[0].second.stored);
  EXPECT_TRUE(flights_.join("k", before, &home_, &a_).look_again);
}

TEST_F(SingleFlightTest, WhatWasNotStoredNeedsNoSecondLook) {
  const std::uint64_t before = flights_.now();
  (void)join("k");
  const EntryPtr entry = makeEntry("k", "body");
  flights_.complete("k", entry, Then::kHeld);
  flights_.retire("k", entry, false);
  EXPECT_FALSE(flights_.join("k", before, &home_, &a_).look_again);
}

TEST_F(SingleFlightTest, ALookUpOlderThanAllMarksLooksAgain) {
  const std::uint64_t before = flights_.now();
  for (int i = 0; i < 200'000; ++i) {
    const Key key = "k" + std::to_string(i);
    (void)flights_.join(key, flights_.now(), &home_, &a_);
    const EntryPtr entry = makeEntry(key, "");
    flights_.complete(key, entry, Then::kHeld);
    flights_.retire(key, entry, true);
  }
  EXPECT_TRUE(flights_.join("k0", before, &home_, &a_).look_again);
  EXPECT_EQ(flights_.size(), 1u);
}

TEST_F(SingleFlightTest, ARetireOfAnotherAnswerIsIgnored) {
  (void)join("k");
  const EntryPtr entry = makeEntry("k", "new");
  flights_.complete("k", entry, Then::kHeld);
  flights_.retire("k", makeEntry("k", "old"), true);
  EXPECT_EQ(join("k").role, Role::kAnswered);
}

// --- erasures ---------------------------------------------------------------------------------

TEST_F(SingleFlightTest, WhatALookUpFoundIsErasedUntilAfterTheErasure) {
  const std::uint64_t before = flights_.now();
  EXPECT_FALSE(flights_.isErased("k", before));
  flights_.beginErase("k");
  EXPECT_TRUE(flights_.isErased("k", before));
  const std::uint64_t meanwhile = flights_.now();
  EXPECT_TRUE(flights_.isErased("k", meanwhile)) << "the store may not have come to it yet";
  flights_.endErase("k");
  EXPECT_TRUE(flights_.isErased("k", meanwhile));
  EXPECT_FALSE(flights_.isErased("k", flights_.now()));
  EXPECT_FALSE(flights_.isErased("other", before));
}

TEST_F(SingleFlightTest, ErasuresOfOneKeyEndOneByOne) {
  flights_.beginErase("k");
  flights_.beginErase("k");
  flights_.endErase("k");
  EXPECT_TRUE(flights_.isErased("k", flights_.now()));
  flights_.endErase("k");
  EXPECT_FALSE(flights_.isErased("k", flights_.now()));
}

TEST_F(SingleFlightTest, AFetchIsOutdatedFromTheBeginOfAnErasureOn) {
  const std::uint64_t before = flights_.now();
  EXPECT_FALSE(flights_.isOutdated("k", before));
  flights_.beginErase("k");
  EXPECT_TRUE(flights_.isOutdated("k", before));
  EXPECT_FALSE(flights_.isOutdated("k", flights_.now())) << "it is asked after the change";
  flights_.endErase("k");
  EXPECT_TRUE(flights_.isOutdated("k", before));
  EXPECT_FALSE(flights_.isOutdated("other", before));
}

TEST_F(SingleFlightTest, AnErasureEndsWhatIsHeld) {
  (void)join("k");
  const EntryPtr entry = makeEntry("k", "body");
  flights_.complete("k", entry, Then::kHeld);
  flights_.beginErase("k");
  EXPECT_EQ(join("k", &a_).role, Role::kLeads);
  flights_.retire("k", entry, true);  // the old store is acknowledged all the same
  EXPECT_EQ(join("k", &b_).role, Role::kParked);
}

TEST_F(SingleFlightTest, NobodyJoinsAFetchThatPredatesAnErasure) {
  EXPECT_EQ(join("k", &a_).role, Role::kLeads);
  EXPECT_EQ(join("k", &b_).role, Role::kParked);
  flights_.beginErase("k");
  EXPECT_EQ(join("k", &c_).role, Role::kAlone);
  const EntryPtr entry = makeEntry("k", "body");
  flights_.complete("k", entry, Then::kEnds);
  ASSERT_EQ(home_.answers.size(), 1u) << "who asked before is answered";
  EXPECT_EQ(home_.answers[0].first, &b_);
  EXPECT_EQ(join("k", &c_).role, Role::kLeads);
}

TEST_F(SingleFlightTest, AnHeirFetchesAfterTheErasureAndIsJoined) {
  (void)join("k", &a_);
  (void)join("k", &b_);
  flights_.beginErase("k");
  flights_.abandon("k");
  ASSERT_EQ(home_.answers.size(), 1u);
  EXPECT_TRUE(home_.answers[0].second.lead);
  EXPECT_EQ(join("k", &c_).role, Role::kParked);
}

TEST(SingleFlightThreads, ExactlyOneLeadsEachKeyWhateverTheThreadsDo) {
  SingleFlight flights;
  constexpr int kThreads = 4;
  constexpr int kKeys = 2'000;
  struct Quiet final : FlightHome {
    void answered(void*, const FlightAnswer&) noexcept override { ++answers; }
    std::atomic<int> answers{0};
  } home;
  std::atomic<int> leads{0};
  std::atomic<int> parked{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kKeys; ++i) {
        const Key key = "k" + std::to_string(i);
        const auto joined = flights.join(key, flights.now(), &home, nullptr);
        if (joined.role == Role::kParked) ++parked;
        if (joined.role != Role::kLeads) continue;
        ++leads;
        flights.complete(key, makeEntry(key, ""), Then::kHeld);  // held: later ones are answered
      }
    });
  }
  threads.clear();
  EXPECT_EQ(leads, kKeys);
  EXPECT_EQ(home.answers, parked);
}

}  // namespace
}  // namespace forage::visit
