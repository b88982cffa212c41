#include "visit/host_budget.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/fake_clock.h"

namespace forage::visit {
namespace {

class Home final : public SlotHome {
 public:
  void granted(void* who, const std::string& host) noexcept override {
    grants.push_back(who);
    hosts.push_back(host);
  }
  std::vector<void*> grants;
  std::vector<std::string> hosts;
};

using Kind = FetchEnd::Kind;
using std::chrono::milliseconds;

/// Keeps what it is told.
class Timer final : public PaceTimer {
 public:
  void wakeAt(TimePoint at, const std::string& host) override { told.emplace_back(at, host); }
  std::vector<std::pair<TimePoint, std::string>> told;
};

Timer no_timer;

PaceOptions unpaced() {
  PaceOptions options;
  options.throttle = false;
  return options;
}

TEST(HostBudget, GivesSoManySlotsOfAHostAndNoMore) {
  const test::FakeClock clock;
  HostBudget budget(2, unpaced(), clock, no_timer);
  Home home;
  int a = 0;
  EXPECT_TRUE(budget.acquire("h", home, &a));
  EXPECT_TRUE(budget.acquire("h", home, &a));
  EXPECT_FALSE(budget.acquire("h", home, &a));
  EXPECT_TRUE(budget.acquire("other", home, &a));
}

TEST(HostBudget, HandsASlotOnToWhoWaitsLongest) {
  const test::FakeClock clock;
  HostBudget budget(1, unpaced(), clock, no_timer);
  Home home;
  int a = 0, b = 0;
  EXPECT_TRUE(budget.acquire("h", home, nullptr));
  EXPECT_FALSE(budget.acquire("h", home, &a));
  EXPECT_FALSE(budget.acquire("h", home, &b));
  budget.release("h", {});
  budget.release("h", {});
  EXPECT_EQ(home.grants, (std::vector<void*>{&a, &b}));
  EXPECT_EQ(home.hosts[0], "h");
  EXPECT_FALSE(budget.acquire("h", home, &a));  // b holds it
}

// What a home in its turn has in line comes before what others have had there for longer.
TEST(HostBudget, HandsSlotsToTheHomeInTurnUntilItsTurnEnds) {
  test::FakeClock clock;
  HostBudget budget(1, unpaced(), clock, no_timer);
  Home one;
  Home two;
  int a = 0, b = 0;
  ASSERT_TRUE(budget.acquire("h", one, nullptr));
  ASSERT_FALSE(budget.acquire("h", one, &a));
  ASSERT_FALSE(budget.acquire("h", two, &b));
  for (std::size_t i = 0; i < HostBudget::kTurnSlots; ++i) {
    budget.release("h", {});
    ASSERT_EQ(one.grants.size(), i + 1);
    ASSERT_FALSE(budget.acquire("h", one, &a));
  }
  budget.release("h", {});
  EXPECT_EQ(two.grants, std::vector<void*>{&b});
}

// However much a home has in line, the next turn is another's.
TEST(HostBudget, NoHomeHasTwoTurnsWhileOthersWait) {
  test::FakeClock clock;
  HostBudget budget(1, unpaced(), clock, no_timer);
  Home one;
  Home two;
  int a = 0, b = 0;
  ASSERT_TRUE(budget.acquire("h", one, nullptr));
  for (std::size_t i = 0; i < 3 * HostBudget::kTurnSlots; ++i) {
    ASSERT_FALSE(budget.acquire("h", one, &a));
    ASSERT_FALSE(budget.acquire("h", two, &b));
  }
  for (std::size_t i = 0; i < 2 * HostBudget::kTurnSlots; ++i) budget.release("h", {});
  EXPECT_EQ(one.grants.size(), HostBudget::kTurnSlots);
  EXPECT_EQ(two.grants.size(), HostBudget::kTurnSlots);
  for (int i = 0; i < 10; ++i) {
    clock.advance(HostBudget::kTurnTime);
    budget.release("h", {});
  }
  EXPECT_EQ(one.grants.size(), HostBudget::kTurnSlots + 5);
  EXPECT_EQ(two.grants.size(), HostBudget::kTurnSlots + 5);
}

TEST(HostBudget, ServesASlowHostInOrder) {
  test::FakeClock clock;
  HostBudget budget(1, unpaced(), clock, no_timer);
  Home one;
  Home two;
  int a = 0, b = 0;
  ASSERT_TRUE(budget.acquire("h", one, nullptr));
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_FALSE(budget.acquire("h", one, &a));
    ASSERT_FALSE(budget.acquire("h", two, &b));
    clock.advance(HostBudget::kTurnTime);
    budget.release("h", {});
    clock.advance(HostBudget::kTurnTime);
    budget.release("h", {});
    EXPECT_EQ(one.grants.size(), i + 1);
    EXPECT_EQ(two.grants.size(), i + 1);
  }
}

TEST(HostBudget, ForgetsHostsThatNobodyUses) {
  test::FakeClock clock;
  HostBudget budget(1, {}, clock, no_timer);
  Home home;
  for (int i = 0; i < 100'000; ++i) {
    const std::string host = "h" + std::to_string(i);
    ASSERT_TRUE(budget.acquire(host, home, nullptr));
    budget.release(host, {Kind::kAnswered, clock.now()});
    clock.advance(Millis(1));
  }
  EXPECT_LT(budget.hosts(), 20'000u);
}

struct PacedBudget : testing::Test {
  bool take() { return budget->acquire("h", home, nullptr); }
  void make(const PaceOptions& options, std::size_t slots = 8) {
    budget.emplace(slots, options, clock, timer);
  }
  /// Lets time pass until the timer is to wake, and has it do so.
  void wake() {
    ASSERT_FALSE(timer.told.empty());
    clock.advance(std::chrono::ceil<Millis>(timer.told.back().first - clock.now()));
    budget->grantDue("h");
  }

  test::FakeClock clock;
  Timer timer;
  Home home;
  std::optional<HostBudget> budget;
};

TEST_F(PacedBudget, HandsASlotOutOnceTheDelayIsOver) {
  make({{}, Millis(100), false});
  EXPECT_TRUE(take());
  EXPECT_FALSE(take());
  EXPECT_FALSE(take());
  ASSERT_EQ(timer.told.size(), 1u);  // once for both
  EXPECT_EQ(timer.told[0].first, clock.now() + milliseconds(100));
  budget->grantDue("h");  // too early
  EXPECT_TRUE(home.grants.empty());
  wake();
  EXPECT_EQ(home.grants.size(), 1u);
  wake();
  EXPECT_EQ(home.grants.size(), 2u);
}

TEST_F(PacedBudget, LetsNoFurtherStartBeforeTheRateDoesThoughSlotsComeFree) {
  make({Rate{2, Millis(1'000)}, Millis(0), false});
  EXPECT_TRUE(take());
  EXPECT_TRUE(take());
  EXPECT_FALSE(take());
  budget->release("h", {Kind::kAnswered, clock.now()});
  budget->release("h", {Kind::kAnswered, clock.now()});
  EXPECT_TRUE(home.grants.empty());
  wake();
  EXPECT_EQ(home.grants.size(), 1u);
}

TEST_F(PacedBudget, WaitsForASlotEvenWhenThePaceAllowsMore) {
  make({{}, Millis(10), false}, 1);
  EXPECT_TRUE(take());
  EXPECT_FALSE(take());
  EXPECT_TRUE(timer.told.empty());
  clock.advance(Millis(50));
  budget->release("h", {});
  EXPECT_EQ(home.grants.size(), 1u);
}

TEST_F(PacedBudget, CountsNoSlotThatWasNotUsed) {
  make({{}, Millis(100), false});
  EXPECT_TRUE(take());
  EXPECT_FALSE(take());
  wake();
  ASSERT_EQ(home.grants.size(), 1u);
  budget->release("h", {Kind::kUnused});
  EXPECT_TRUE(take());
}

TEST_F(PacedBudget, KeepsTheDelayThatAHostAsksFor) {
  make({{}, Millis(10), false});
  budget->setDelay("h", Millis(500));
  EXPECT_TRUE(take());
  EXPECT_FALSE(take());
  ASSERT_FALSE(timer.told.empty());
  EXPECT_GE(timer.told.back().first, clock.now() + milliseconds(500));
  EXPECT_TRUE(budget->acquire("other", home, nullptr));
}

TEST_F(PacedBudget, StopsAHostThatRefusesForAsLongAsItAsks) {
  make({});
  EXPECT_TRUE(take());
  const TimePoint started = clock.now();
  clock.advance(Millis(5));
  budget->release("h", {Kind::kRefused, started, Millis(2'000)});
  EXPECT_FALSE(take());
  ASSERT_FALSE(timer.told.empty());
  EXPECT_GE(timer.told.back().first, clock.now() + milliseconds(2'000));
  EXPECT_TRUE(budget->acquire("other", home, nullptr));
  wake();
  EXPECT_EQ(home.grants.size(), 1u);
}

}  // namespace
}  // namespace forage::visit
