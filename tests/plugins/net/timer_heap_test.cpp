#include "http/timer_heap.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace forage::http1 {
namespace {

TimePoint at(int millis) { return TimePoint(Millis(millis)); }

TEST(TimerHeap, GivesTheFirstThatIsDue) {
  TimerHeap heap;
  Timer one;
  Timer two;
  EXPECT_EQ(heap.top(), nullptr);
  heap.set(one, at(20));
  heap.set(two, at(10));
  EXPECT_EQ(heap.top(), &two);
  heap.set(two, at(30));
  EXPECT_EQ(heap.top(), &one);
  heap.clear(one);
  EXPECT_FALSE(one.isSet());
  EXPECT_EQ(heap.top(), &two);
  heap.clear(two);
  heap.clear(two);
  EXPECT_EQ(heap.top(), nullptr);
}

TEST(TimerHeap, AgreesWithASortedMap) {
  std::mt19937 random(7);
  TimerHeap heap;
  std::vector<Timer> timers(200);
  std::map<const Timer*, TimePoint> model;
  for (int i = 0; i < 20'000; ++i) {
    Timer& timer = timers[random() % timers.size()];
    if (random() % 3 == 0) {
      heap.clear(timer);
      model.erase(&timer);
    } else {
      const TimePoint due = at(static_cast<int>(random() % 1'000));
      heap.set(timer, due);
      model[&timer] = due;
    }
    ASSERT_EQ(heap.top() == nullptr, model.empty());
    if (model.empty()) continue;
    TimePoint first = kNever;
    for (const auto& [known, due] : model) first = std::min(first, due);
    ASSERT_EQ(heap.top()->due(), first);
  }
}

}  // namespace
}  // namespace forage::http1
