#include "visit/host_budget.h"

#include <gtest/gtest.h>

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

TEST(HostBudget, GivesSoManySlotsOfAHostAndNoMore) {
  const test::FakeClock clock;
  HostBudget budget(2, clock);
  Home home;
  int a = 0;
  EXPECT_TRUE(budget.acquire("h", home, &a));
  EXPECT_TRUE(budget.acquire("h", home, &a));
  EXPECT_FALSE(budget.acquire("h", home, &a));
  EXPECT_TRUE(budget.acquire("other", home, &a));
}

TEST(HostBudget, HandsASlotOnToWhoWaitsLongest) {
  const test::FakeClock clock;
  HostBudget budget(1, clock);
  Home home;
  int a = 0, b = 0;
  EXPECT_TRUE(budget.acquire("h", home, nullptr));
  EXPECT_FALSE(budget.acquire("h", home, &a));
  EXPECT_FALSE(budget.acquire("h", home, &b));
  budget.release("h");
  budget.release("h");
  EXPECT_EQ(home.grants, (std::vector<void*>{&a, &b}));
  EXPECT_EQ(home.hosts[0], "h");
  EXPECT_FALSE(budget.acquire("h", home, &a));  // b holds it
}

// What a home in its turn has in line comes before what others have had there for longer.
TEST(HostBudget, HandsSlotsToTheHomeInTurnUntilItsTurnEnds) {
  test::FakeClock clock;
  HostBudget budget(1, clock);
  Home one;
  Home two;
  int a = 0, b = 0;
  ASSERT_TRUE(budget.acquire("h", one, nullptr));
  ASSERT_FALSE(budget.acquire("h", one, &a));
  ASSERT_FALSE(budget.acquire("h", two, &b));
  for (std::size_t i = 0; i < HostBudget::kTurnSlots; ++i) {
    budget.release("h");
    ASSERT_EQ(one.grants.size(), i + 1);
    ASSERT_FALSE(budget.acquire("h", one, &a));
  }
  budget.release("h");
  EXPECT_EQ(two.grants, std::vector<void*>{&b});
}

// However much a home has in line, the next turn is another's.
TEST(HostBudget, NoHomeHasTwoTurnsWhileOthersWait) {
  test::FakeClock clock;
  HostBudget budget(1, clock);
  Home one;
  Home two;
  int a = 0, b = 0;
  ASSERT_TRUE(budget.acquire("h", one, nullptr));
  for (std::size_t i = 0; i < 3 * HostBudget::kTurnSlots; ++i) {
    ASSERT_FALSE(budget.acquire("h", one, &a));
    ASSERT_FALSE(budget.acquire("h", two, &b));
  }
  for (std::size_t i = 0; i < 2 * HostBudget::kTurnSlots; ++i) budget.release("h");
  EXPECT_EQ(one.grants.size(), HostBudget::kTurnSlots);
  EXPECT_EQ(two.grants.size(), HostBudget::kTurnSlots);
  for (int i = 0; i < 10; ++i) {
    clock.advance(HostBudget::kTurnTime);
    budget.release("h");
  }
  EXPECT_EQ(one.grants.size(), HostBudget::kTurnSlots + 5);
  EXPECT_EQ(two.grants.size(), HostBudget::kTurnSlots + 5);
}

TEST(HostBudget, ServesASlowHostInOrder) {
  test::FakeClock clock;
  HostBudget budget(1, clock);
  Home one;
  Home two;
  int a = 0, b = 0;
  ASSERT_TRUE(budget.acquire("h", one, nullptr));
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_FALSE(budget.acquire("h", one, &a));
    ASSERT_FALSE(budget.acquire("h", two, &b));
    clock.advance(HostBudget::kTurnTime);
    budget.release("h");
    clock.advance(HostBudget::kTurnTime);
    budget.release("h");
    EXPECT_EQ(one.grants.size(), i + 1);
    EXPECT_EQ(two.grants.size(), i + 1);
  }
}

TEST(HostBudget, ForgetsHostsThatNobodyUses) {
  const test::FakeClock clock;
  HostBudget budget(1, clock);
  Home home;
  for (int i = 0; i < 1'000; ++i) {
    const std::string host = "h" + std::to_string(i);
    ASSERT_TRUE(budget.acquire(host, home, nullptr));
    budget.release(host);
  }
  EXPECT_EQ(budget.hosts(), 0u);
}

}  // namespace
}  // namespace forage::visit
