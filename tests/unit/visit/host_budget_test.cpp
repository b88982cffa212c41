#include "visit/host_budget.h"

#include <gtest/gtest.h>

#include <vector>

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
  HostBudget budget(2);
  Home home;
  int a = 0;
  EXPECT_TRUE(budget.acquire("h", home, &a));
  EXPECT_TRUE(budget.acquire("h", home, &a));
  EXPECT_FALSE(budget.acquire("h", home, &a));
  EXPECT_TRUE(budget.acquire("other", home, &a));
}

TEST(HostBudget, HandsASlotOnToWhoWaitsLongest) {
  HostBudget budget(1);
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

TEST(HostBudget, ForgetsHostsThatNobodyUses) {
  HostBudget budget(1);
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
