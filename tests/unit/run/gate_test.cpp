#include "run/gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>

#include "support/fake_clock.h"

namespace forage::run {
namespace {

using visit::Trip;

class NoTimer final : public visit::PaceTimer {
 public:
  void wakeAt(TimePoint, const std::string&) override {}
};

class GateTest : public ::testing::Test, public visit::SlotHome {
 protected:
  GateTest() { make(1, 8); }

  void make(std::size_t slots_per_host, std::size_t parallel_max) {
    hosts_ =
        std::make_unique<visit::HostBudget>(slots_per_host, visit::PaceOptions{}, clock_, timer_);
    gate_ = std::make_unique<Gate>(*hosts_, metrics_, *this);
    group_ = std::make_unique<GroupRun>(spec_, 0, counters_, parallel_max, nullptr);
  }
  void granted(void* who, const std::string& host) noexcept override {
    EXPECT_EQ(who, group_.get());
    grants_.push_back(host);
  }

  Trip& enter(const std::string& url) {
    Trip& trip = trips_.emplace_back();
    EXPECT_TRUE(trip.url.assign(url));
    if (gate_->enter(*group_, trip)) through_.push_back(&trip);
    return trip;
  }
  using Urls = std::vector<std::string>;

  /// Everybody that has been let through since, by URL.
  Urls through() {
    while (Trip* trip = gate_->next()) through_.push_back(trip);
    Urls urls;
    for (const Trip* trip : through_) {
      EXPECT_TRUE(trip->fetching);
      urls.push_back(trip->url.text());
    }
    through_.clear();
    return urls;
  }
  /// A fetch has ended, as the group loop sees it.
  void end(Trip& trip) {
    --group_->in_flight;
    trip.fetching = false;
    (void)gate_->serve(*group_, trip.url.authority());
    hosts_->release(trip.url.authority(), {});
  }
  /// Hands the group what has been granted to it.
  void handOn(bool wants = true) {
    while (!grants_.empty()) {
      const std::string host = grants_.front();
      grants_.pop_front();
      gate_->granted(*group_, host, wants);
    }
  }

  test::FakeClock clock_;
  NoTimer timer_;
  Metrics metrics_;
  GroupMetrics counters_;
  GroupSpec spec_;
  std::unique_ptr<visit::HostBudget> hosts_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<GroupRun> group_;
  std::deque<Trip> trips_;
  std::vector<Trip*> through_;
  std::deque<std::string> grants_;
};

TEST_F(GateTest, LetsATripThroughWhereThereIsASlot) {
  enter("http://a/1");
  EXPECT_EQ(through(), Urls{"http://a/1"});
  EXPECT_EQ(through(), Urls{}) << "once";
  EXPECT_EQ(group_->in_flight, 1u);
  EXPECT_EQ(group_->parked, 0u);
  EXPECT_TRUE(group_->lines.empty()) << "nobody waits: there is nothing to remember";
}

TEST_F(GateTest, ATripWaitsForASlotOfItsHostAndHoldsUpNoOther) {
  Trip& first = enter("http://a/1");
  enter("http://a/2");
  enter("http://b/1");
  EXPECT_EQ(through(), (Urls{"http://a/1", "http://b/1"}));
  EXPECT_EQ(group_->parked, 1u);
  EXPECT_EQ(metrics_.parked, 1);
  end(first);
  handOn();
  EXPECT_EQ(through(), Urls{"http://a/2"});
  EXPECT_EQ(group_->parked, 0u);
  EXPECT_EQ(metrics_.parked, 0);
  EXPECT_TRUE(group_->lines.empty());
}

TEST_F(GateTest, ALineKeepsItsOrder) {
  Trip* present = &enter("http://a/0");
  for (const char* url : {"http://a/1", "http://a/2", "http://a/3"}) enter(url);
  EXPECT_EQ(through(), Urls{"http://a/0"});
  for (std::size_t i = 1; i < 4; ++i) {
    end(*present);
    handOn();
    EXPECT_EQ(through(), Urls{"http://a/" + std::to_string(i)});
    present = &trips_[i];
  }
}

TEST_F(GateTest, AGroupIsInLineForNoMoreSlotsThanItCouldUse) {
  make(1, 3);
  Trip& first = enter("http://a/0");
  for (int i = 1; i < 9; ++i) enter("http://a/" + std::to_string(i));
  EXPECT_EQ(group_->lines.find("a")->second.places, 2u) << "beside the one in flight";
  end(first);
  EXPECT_EQ(group_->lines.find("a")->second.places, 3u);
}

TEST_F(GateTest, WhereItsGroupHasNoPlaceATripIsRememberedWithoutASlot) {
  make(1, 1);
  Trip& first = enter("http://a/1");
  enter("http://b/1");
  EXPECT_EQ(through(), Urls{"http://a/1"});
  EXPECT_EQ(hosts_->hosts(), 1u) << "no slot is held that cannot be used";
  end(first);
  EXPECT_EQ(through(), Urls{});
  EXPECT_TRUE(gate_->serveDeclined(*group_));
  EXPECT_EQ(through(), Urls{"http://b/1"});
  EXPECT_FALSE(gate_->serveDeclined(*group_));
  EXPECT_TRUE(group_->lines.empty());
}

TEST_F(GateTest, ASlotThatIsNotWantedIsGivenBackAndAskedForLater) {
  Trip& first = enter("http://a/1");
  enter("http://a/2");
  EXPECT_EQ(through(), Urls{"http://a/1"});
  end(first);
  handOn(false);
  EXPECT_EQ(through(), Urls{});
  EXPECT_EQ(hosts_->taken(), 0u);
  EXPECT_EQ(group_->parked, 1u);
  EXPECT_TRUE(gate_->serveDeclined(*group_));
  EXPECT_EQ(through(), Urls{"http://a/2"});
}

TEST_F(GateTest, AHostIsRememberedOnceHoweverManyWait) {
  make(2, 1);
  enter("http://a/1");
  enter("http://b/1");
  enter("http://b/2");
  EXPECT_EQ(group_->declined, std::deque<std::string>{"b"});
}

TEST_F(GateTest, TakesEverybodyOutOfTheLines) {
  enter("http://a/1");
  enter("http://b/1");
  Trip& second = enter("http://a/2");
  Trip& third = enter("http://b/2");
  std::vector<Trip*> waiting = gate_->clear(*group_);
  std::sort(waiting.begin(), waiting.end(), [](const Trip* left, const Trip* right) {
    return left->url.text() < right->url.text();
  });
  EXPECT_EQ(waiting, (std::vector<Trip*>{&second, &third}));
  EXPECT_TRUE(group_->lines.empty());
  EXPECT_EQ(group_->parked, 0u);
  EXPECT_EQ(metrics_.parked, 0);
  EXPECT_EQ(group_->in_flight, 2u) << "those that are through are";
}

}  // namespace
}  // namespace forage::run
