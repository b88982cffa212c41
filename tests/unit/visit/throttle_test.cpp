#include "visit/throttle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace forage::visit {
namespace {

using namespace std::chrono_literals;
using Micros = std::chrono::microseconds;

constexpr TimePoint kBegin = TimePoint(1h);

/// Takes so many requests in any sliding second and refuses the others.
struct Server {
  std::size_t limit = 10;
  bool counts_refused = false;
  std::deque<TimePoint> counted{};

  bool takes(TimePoint at) {
    while (!counted.empty() && counted.front() + 1s <= at) counted.pop_front();
    const bool taken = counted.size() < limit;
    if (taken || counts_refused) counted.push_back(at);
    return taken;
  }
};

struct Setting {
  const char* name;
  int urls = 200;
  std::size_t in_flight = 8;
  Millis latency{50};
  Millis spread{20};  ///< latency varies by so much
  std::optional<Millis> retry_after = Millis(1'000);
  bool counts_refused = false;
};

std::ostream& operator<<(std::ostream& out, const Setting& setting) { return out << setting.name; }

struct Result {
  int succeeded = 0;
  int refused = 0;
  unsigned most_attempts = 0;
  TimePoint end = kBegin;
  std::vector<TimePoint>
      seen_late{};  ///< by the server, of requests begun after a refusal was known
};

/// A crawl of one host on a clock of its own: events in the order of their time.
class Crawl {
 public:
  Crawl(const Setting& setting, unsigned seed) : setting_(setting), random_(seed) {
    server_.counts_refused = setting.counts_refused;
    for (int i = 0; i < setting.urls; ++i) waiting_.push_back(1);
  }

  Result run() {
    while (result_.succeeded < setting_.urls && result_.refused < 10 * setting_.urls) {
      if (mayStart()) {
        start();
      } else {
        finish();
      }
    }
    result_.end = now_;
    return result_;
  }

 private:
  struct Request {
    TimePoint started;
    TimePoint seen;
    unsigned attempt;
    bool known_refusal;
  };

  bool mayStart() const {
    if (waiting_.empty() || under_way_.size() >= setting_.in_flight) return false;
    return under_way_.empty() || throttle_.next(now_) < under_way_.begin()->first;
  }
  void start() {
    now_ = throttle_.next(now_);
    throttle_.started(now_);
    const Micros spread(random_() % (Micros(setting_.spread).count() + 1));
    const Micros latency = setting_.latency + spread;
    under_way_.emplace(now_ + latency,
                       Request{now_, now_ + latency / 2, waiting_.front(), result_.refused > 0});
    waiting_.pop_front();
  }
  void finish() {
    const auto [end, request] = *under_way_.begin();
    under_way_.erase(under_way_.begin());
    now_ = end;
    if (request.known_refusal) result_.seen_late.push_back(request.seen);
    result_.most_attempts = std::max(result_.most_attempts, request.attempt);
    if (server_.takes(request.seen)) {
      ++result_.succeeded;
      throttle_.answered(request.started, now_, true);
    } else {
      ++result_.refused;
      waiting_.push_back(request.attempt + 1);
      throttle_.refused(request.started, now_, setting_.retry_after);
    }
  }

  const Setting setting_;
  Server server_;
  Throttle throttle_{ThrottleOptions{}};
  std::mt19937 random_;
  std::deque<unsigned> waiting_;  // by how many times they have been tried
  std::multimap<TimePoint, Request> under_way_;
  TimePoint now_ = kBegin;
  Result result_;
};

std::size_t mostInASecond(std::vector<TimePoint> times) {
  std::sort(times.begin(), times.end());
  std::size_t most = 0;
  for (std::size_t first = 0, last = 0; last < times.size(); ++last) {
    while (times[last] - times[first] >= 1s) ++first;
    most = std::max(most, last + 1 - first);
  }
  return most;
}

class ThrottledCrawl : public testing::TestWithParam<Setting> {};

TEST_P(ThrottledCrawl, KeepsToTheLimitOfTheServerAndUsesIt) {
  const Setting& setting = GetParam();
  const Millis allowed = (setting.urls / 10 - 1) * 1s + setting.latency;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const Result result = Crawl(setting, seed).run();
    EXPECT_EQ(result.succeeded, setting.urls);
    EXPECT_GT(result.refused, 0);
    EXPECT_LE(result.most_attempts, 3u);
    EXPECT_LE(mostInASecond(result.seen_late), 11u);
    EXPECT_LE(result.end - kBegin, allowed * 6 / 5);
  }
}

std::string settingName(const testing::TestParamInfo<Setting>& one) { return one.param.name; }

INSTANTIATE_TEST_SUITE_P(Servers, ThrottledCrawl,
                         testing::Values(Setting{"Near"},
                                         Setting{.name = "VeryNear", .latency = 1ms, .spread = 1ms},
                                         Setting{.name = "Far", .latency = 300ms, .spread = 100ms},
                                         Setting{.name = "ManyInFlight", .in_flight = 64},
                                         Setting{.name = "RefusalsCount", .counts_refused = true},
                                         Setting{.name = "ManyInFlightAndRefusalsCount",
                                                 .in_flight = 64,
                                                 .counts_refused = true},
                                         Setting{.name = "NoRetryAfter", .retry_after = {}},
                                         Setting{.name = "ALongRun", .urls = 5'000}),
                         settingName);

TEST(Throttle, SlowsNothingDownBeforeTheFirstRefusal) {
  Throttle throttle({});
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(throttle.next(kBegin), kBegin);
    throttle.started(kBegin);
    throttle.answered(kBegin, kBegin + 5s, i % 2 == 0);
  }
  EXPECT_EQ(throttle.gap(kBegin + 5s), 0s);
}

TEST(Throttle, WaitsForAsLongAsItIsAsked) {
  Throttle throttle({});
  throttle.started(kBegin);
  throttle.refused(kBegin, kBegin + 1s, 30s);
  EXPECT_EQ(throttle.next(kBegin + 1s), kBegin + 31s);
}

TEST(Throttle, WaitsForTheLongestOfSeveral) {
  Throttle throttle({});
  for (int i = 0; i < 3; ++i) throttle.started(kBegin);
  throttle.refused(kBegin, kBegin + 1s, 5s);
  throttle.refused(kBegin, kBegin + 2s, 30s);
  throttle.refused(kBegin, kBegin + 3s, 1s);
  EXPECT_EQ(throttle.next(kBegin + 3s), kBegin + 32s);
}

TEST(Throttle, KeepsThePauseOfARefusalThatComesLate) {
  Throttle throttle({});
  throttle.started(kBegin);
  throttle.started(kBegin);
  throttle.refused(kBegin, kBegin + 1s, 1s);
  throttle.started(kBegin + 2s);
  throttle.refused(kBegin, kBegin + 3s, 30s);
  throttle.refused(kBegin + 2s, kBegin + 4s, 1s);
  EXPECT_EQ(throttle.next(kBegin + 4s), kBegin + 33s);
}

TEST(Throttle, BoundsWhatItIsAskedFor) {
  Throttle throttle({.max_pause = 60s});
  throttle.started(kBegin);
  throttle.refused(kBegin, kBegin, 24h);
  EXPECT_EQ(throttle.next(kBegin), kBegin + 60s);
}

// A server that says "1 s" and refuses all the same.
TEST(Throttle, WaitsTwiceAsLongAfterEachRefusalInARow) {
  Throttle throttle({.max_gap = 1s});
  TimePoint now = kBegin;
  for (const Millis pause : {1s, 2s, 4s, 8s, 16s}) {
    now = throttle.next(now);
    throttle.started(now);
    throttle.refused(now, now, 1s);
    EXPECT_EQ(throttle.next(now), now + pause);
  }
}

TEST(Throttle, NeverSlowsDownMoreThanItsBound) {
  Throttle throttle({.max_gap = 10s, .max_pause = 1s});
  TimePoint now = kBegin;
  for (int i = 0; i < 100; ++i) {
    now = throttle.next(now);
    throttle.started(now);
    throttle.refused(now, now, {});
    EXPECT_LE(throttle.gap(now), 10s);
  }
}

TEST(Throttle, TakesRefusalsOfOneBurstForOne) {
  Throttle once({});
  Throttle often({});
  for (Throttle* throttle : {&once, &often}) {
    for (int i = 0; i < 20; ++i) throttle->started(kBegin);
    for (int i = 0; i < 10; ++i) throttle->answered(kBegin, kBegin + 1s, true);
    throttle->refused(kBegin, kBegin + 1s, 1s);
  }
  for (int i = 0; i < 9; ++i) often.refused(kBegin, kBegin + 1s, 1s);
  EXPECT_EQ(often.gap(kBegin + 2s), once.gap(kBegin + 2s));
}

TEST(Throttle, DoesNotTakeIdleTimeForALimit) {
  Throttle throttle({});
  throttle.started(kBegin);
  throttle.answered(kBegin, kBegin, true);
  const TimePoint later = kBegin + 1h;
  for (int i = 0; i < 20; ++i) throttle.started(later);
  for (int i = 0; i < 10; ++i) throttle.answered(later, later + 1s, true);
  throttle.refused(later, later + 1s, 1s);
  EXPECT_LT(throttle.gap(later + 2s), 150ms);
}

TEST(Throttle, GrowsBackSlowlyBeyondWhatWasRefused) {
  Throttle throttle({});
  for (int i = 0; i < 11; ++i) throttle.started(kBegin);
  for (int i = 0; i < 10; ++i) throttle.answered(kBegin, kBegin + 100ms, true);
  throttle.refused(kBegin, kBegin + 100ms, 1s);
  const TimePoint resumed = throttle.next(kBegin + 100ms);
  EXPECT_GT(throttle.gap(resumed), 105ms);
  EXPECT_NEAR(static_cast<double>(throttle.gap(resumed + 60s).count()), 103e6, 1e6);
  EXPECT_GT(throttle.gap(resumed + 90s), 100ms);
  EXPECT_LT(throttle.gap(resumed + 180s), 80ms);
}

TEST(Throttle, KeepsTheTargetOfRequestsUnderWay) {
  Throttle throttle({.target_concurrency = 2});
  for (int i = 0; i < 20; ++i) throttle.answered(kBegin, kBegin + 400ms, true);
  EXPECT_EQ(throttle.gap(kBegin), 200ms);
  throttle.answered(kBegin, kBegin + 1s, true);  // up at once
  EXPECT_EQ(throttle.gap(kBegin), 500ms);
  throttle.answered(kBegin, kBegin + 400ms, true);  // down by half of the way
  EXPECT_EQ(throttle.gap(kBegin), 350ms);
}

TEST(Throttle, DoesNotSpeedUpBecauseErrorsComeFast) {
  Throttle throttle({.target_concurrency = 1});
  throttle.answered(kBegin, kBegin + 2s, true);
  throttle.answered(kBegin, kBegin + 1ms, false);
  EXPECT_EQ(throttle.gap(kBegin), 2s);
  throttle.answered(kBegin, kBegin + 4s, false);
  EXPECT_EQ(throttle.gap(kBegin), 4s);
}

}  // namespace
}  // namespace forage::visit
