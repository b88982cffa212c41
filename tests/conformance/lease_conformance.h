// What every cache with Leases must do, as tests that a cache's author runs in one line:
//
//   FORAGE_LEASE_CONFORMANCE(MyCache, {.make = [] { return std::make_unique<MyStore>(); }});
//
// MyStore is a SharedStore: a store of its own, and caches on it, each of which stands for a
// process. To be included in one file of a GoogleTest program.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "shared_store.h"

namespace forage::conformance {

/// A kind of store to be tested.
struct LeaseSubject {
  /// A fresh one, without leases.
  std::function<std::unique_ptr<SharedStore>()> make;
};

inline void PrintTo(const LeaseSubject&, std::ostream* out) { *out << "a cache with leases"; }

class LeaseConformance : public testing::TestWithParam<LeaseSubject> {
 protected:
  using State = Leases::State;
  static constexpr State kMine = State::kMine;
  static constexpr State kOthers = State::kOthers;

  using Process = LeasingProcess;

  void SetUp() override {
    store_ = GetParam().make();
    for (auto& process : processes_) {
      process = start();
      ASSERT_NE(process->cache->leases(), nullptr);
    }
  }
  std::unique_ptr<Process> start() { return std::make_unique<Process>(store_->process()); }
  Process& first() { return *processes_[0]; }
  Process& second() { return *processes_[1]; }

  /// Returns a whole life later at the earliest, by the store's own time.
  void letALifePass() {
    const Key key = "url:http://conformance/clock/" + std::to_string(++lives_);
    store_->leaveBehind({key});
    if (second().acquire(key) == kOthers) {
      ASSERT_TRUE(second().home.waitFor(key));
    }
    second().release(key);
  }
  /// Returns when whatever `process` was to be told because of what was done before has been told.
  void letItBeTold(Process& process) {
    const Key key = "url:http://conformance/told/" + std::to_string(++lives_);
    CountingHome other;
    auto holder = start();
    ASSERT_EQ(holder->acquire(key), kMine);
    State state = kMine;
    process.leases().acquire({&key, 1}, {&state, 1}, other);
    ASSERT_EQ(state, kOthers);
    holder->release(key);
    ASSERT_TRUE(other.waitFor(key));
    process.leases().forget(other);
  }

  std::unique_ptr<SharedStore> store_;
  std::array<std::unique_ptr<Process>, 2> processes_;
  int lives_ = 0;
};

inline std::vector<Key> leaseKeys(int n) {
  std::vector<Key> keys;
  for (int i = 0; i < n; ++i) keys.push_back("url:http://h/" + std::to_string(i));
  return keys;
}

TEST_P(LeaseConformance, GivesALeaseToTheFirstWhoAsks) {
  EXPECT_EQ(first().acquire("url:http://h/a"), kMine);
  EXPECT_EQ(second().acquire("url:http://h/a"), kOthers);
  EXPECT_EQ(second().acquire("url:http://h/b"), kMine);
  EXPECT_EQ(first().acquire("url:http://h/b"), kOthers);
}

// What was stored before the lease was had has to be looked for.
TEST_P(LeaseConformance, SaysThatNothingIsStoredOnlyWhereNothingIs) {
  const std::vector<Key> keys = leaseKeys(3);
  Response response;
  response.status = 200;
  const auto entry = std::make_shared<const Entry>(keys[1], std::move(response), WallTime{},
                                                   WallTime{}, WallTime{});
  const Keep item{keys[1], entry, kForever, false};
  second().cache->store({&item, 1});
  const std::vector<State> states = first().acquireExactly(keys);
  EXPECT_NE(states[0], kOthers);
  EXPECT_EQ(states[1], kMine);
  EXPECT_NE(states[2], kOthers);
}

TEST_P(LeaseConformance, GivesAgainToTheProcessThatHolds) {
  EXPECT_EQ(first().acquire("url:http://h/a"), kMine);
  EXPECT_EQ(first().acquire("url:http://h/a"), kMine);
  CountingHome other;
  const Key key = "url:http://h/a";
  State state = kOthers;
  first().leases().acquire({&key, 1}, {&state, 1}, other);
  EXPECT_EQ(state, kMine);
  first().release(key);  // however often it was acquired
  EXPECT_EQ(second().acquire(key), kMine);
}

TEST_P(LeaseConformance, TellsThoseWhoWaitOnceWhenItIsReleased) {
  const Key key = "url:http://h/a";
  auto third = start();
  ASSERT_EQ(first().acquire(key), kMine);
  ASSERT_EQ(second().acquire(key), kOthers);
  ASSERT_EQ(third->acquire(key), kOthers);
  EXPECT_EQ(second().home.total(), 0u);
  first().release(key);
  EXPECT_TRUE(second().home.waitFor(key));
  EXPECT_TRUE(third->home.waitFor(key));
  first().release(key);  // holds it no longer
  letALifePass();
  letItBeTold(*third);
  EXPECT_EQ(second().home.told(key), 1);
  EXPECT_EQ(third->home.told(key), 1);
  EXPECT_EQ(first().home.total(), 0u);
}

TEST_P(LeaseConformance, TellsEveryHomeOfAProcess) {
  const Key key = "url:http://h/a";
  ASSERT_EQ(first().acquire(key), kMine);
  ASSERT_EQ(second().acquire(key), kOthers);
  CountingHome other;
  State state = kMine;
  second().leases().acquire({&key, 1}, {&state, 1}, other);
  EXPECT_EQ(state, kOthers);
  first().release(key);
  EXPECT_TRUE(second().home.waitFor(key));
  EXPECT_TRUE(other.waitFor(key));
  second().leases().forget(other);
}

TEST_P(LeaseConformance, TellsAgainWhoAsksAgain) {
  const Key key = "url:http://h/a";
  for (int round = 1; round <= 3; ++round) {
    ASSERT_EQ(first().acquire(key), kMine);
    ASSERT_EQ(second().acquire(key), kOthers);
    ASSERT_EQ(second().acquire(key), kOthers);
    first().release(key);
    ASSERT_TRUE(second().home.waitForTotal(static_cast<std::size_t>(round)));
  }
  letItBeTold(second());
  EXPECT_EQ(second().home.told(key), 3);
}

TEST_P(LeaseConformance, GivesWhatWasReleasedToTheNext) {
  const Key key = "url:http://h/a";
  ASSERT_EQ(first().acquire(key), kMine);
  first().release(key);
  EXPECT_EQ(second().acquire(key), kMine);
  EXPECT_EQ(first().acquire(key), kOthers);
  second().release(key);
  EXPECT_TRUE(first().home.waitFor(key));
  EXPECT_EQ(first().acquire(key), kMine);
}

TEST_P(LeaseConformance, LeavesTheLeasesOfOthersAlone) {
  const Key key = "url:http://h/a";
  ASSERT_EQ(first().acquire(key), kMine);
  second().release(key);
  EXPECT_EQ(second().acquire(key), kOthers);
  second().release(key);
  letItBeTold(second());
  EXPECT_EQ(second().home.told(key), 0);
  EXPECT_EQ(start()->acquire(key), kOthers);
  first().release("url:http://h/never-acquired");
}

TEST_P(LeaseConformance, EndsWithItsLifeWhenItsHolderHasDied) {
  const std::vector<Key> keys = leaseKeys(3);
  store_->leaveBehind(keys);
  EXPECT_EQ(first().acquire(keys[0]), kOthers);
  EXPECT_EQ(second().acquire(keys), (std::vector<State>{kOthers, kOthers, kOthers}));
  for (const Key& key : keys) EXPECT_TRUE(second().home.waitFor(key));
  EXPECT_TRUE(first().home.waitFor(keys[0]));
  // Who is told first asks again, while the store may still be about to forget it.
  while (second().acquire(keys[1]) == kOthers) {
    ASSERT_TRUE(second().home.waitForTotal(second().home.total() + 1));
  }
  EXPECT_EQ(first().acquire(keys[1]), kOthers);
}

TEST_P(LeaseConformance, EndsWithItsLifeWhenItsCacheIsGone) {
  const Key key = "url:http://h/a";
  ASSERT_EQ(first().acquire(key), kMine);
  processes_[0].reset();
  if (second().acquire(key) == kOthers) {
    EXPECT_TRUE(second().home.waitFor(key));
  }
}

TEST_P(LeaseConformance, LastsAsLongAsItsHolderLives) {
  const Key key = "url:http://h/a";
  ASSERT_EQ(first().acquire(key), kMine);
  for (int life = 0; life < 3; ++life) letALifePass();
  EXPECT_EQ(second().acquire(key), kOthers);
  EXPECT_EQ(first().acquire(key), kMine);
  first().release(key);
  EXPECT_TRUE(second().home.waitFor(key));
}

TEST_P(LeaseConformance, TellsNothingToAHomeThatIsForgotten) {
  const std::vector<Key> keys = leaseKeys(20);
  ASSERT_EQ(first().acquire(keys), std::vector<State>(keys.size(), kMine));
  ASSERT_EQ(second().acquire(keys), std::vector<State>(keys.size(), kOthers));
  second().leases().forget(second().home);
  first().release(keys);
  letALifePass();
  letItBeTold(second());
  for (const Key& key : keys) EXPECT_EQ(second().home.told(key), 0);
  second().leases().forget(second().home);
}

TEST_P(LeaseConformance, TellsNothingMoreOnceForgetReturns) {
  const std::vector<Key> keys = leaseKeys(200);
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(first().acquire(keys), std::vector<State>(keys.size(), kMine));
    auto home = std::make_unique<CountingHome>();
    std::vector<State> states(keys.size());
    second().leases().acquire(keys, states, *home);
    std::thread releasing([&] { first().release(keys); });
    second().leases().forget(*home);
    home.reset();  // whoever is told now is gone
    releasing.join();
  }
}

TEST_P(LeaseConformance, MayBeForgottenByAHomeThatIsTold) {
  class ForgettingHome final : public LeaseHome {
   public:
    explicit ForgettingHome(Leases& leases) : leases_(leases) {}
    void leaseEnded(const Key& key) noexcept override {
      leases_.forget(*this);
      inner.leaseEnded(key);
    }
    CountingHome inner;

   private:
    Leases& leases_;
  };
  const std::vector<Key> keys = leaseKeys(10);
  ASSERT_EQ(first().acquire(keys), std::vector<State>(keys.size(), kMine));
  ForgettingHome home(second().leases());
  std::vector<State> states(keys.size());
  second().leases().acquire(keys, states, home);
  first().release(keys);
  EXPECT_TRUE(home.inner.waitForTotal(1));
  letItBeTold(second());
  EXPECT_EQ(home.inner.total(), 1u);
}

TEST_P(LeaseConformance, AnswersManyKeysInOneCall) {
  const std::vector<Key> keys = leaseKeys(1000);
  std::vector<Key> odd;
  for (std::size_t i = 1; i < keys.size(); i += 2) odd.push_back(keys[i]);
  ASSERT_EQ(first().acquire(odd), std::vector<State>(odd.size(), kMine));
  const std::vector<State> states = second().acquire(keys);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(states[i], i % 2 == 1 ? kOthers : kMine) << i;
  }
  first().release(odd);
  EXPECT_TRUE(second().home.waitForTotal(odd.size()));
  for (const Key& key : odd) EXPECT_EQ(second().home.told(key), 1) << key;
  EXPECT_EQ(second().home.total(), odd.size());
  second().release(keys);
  EXPECT_EQ(first().acquire(keys), std::vector<State>(keys.size(), kMine));
}

TEST_P(LeaseConformance, AnswersEqualKeysOfACallTheSame) {
  const std::vector<Key> keys = {"url:http://h/a", "url:http://h/b", "url:http://h/a",
                                 "url:http://h/b", "url:http://h/a"};
  ASSERT_EQ(first().acquire(keys[0]), kMine);
  EXPECT_EQ(second().acquire(keys), (std::vector<State>{kOthers, kMine, kOthers, kMine, kOthers}));
  first().release({keys[0], keys[0]});
  EXPECT_TRUE(second().home.waitFor(keys[0]));
  letItBeTold(second());
  EXPECT_EQ(second().home.told(keys[0]), 1);
}

TEST_P(LeaseConformance, TakesKeysOfAnyBytes) {
  const std::vector<Key> keys = {"url:http://h/with space",
                                 "url:http://h/line\r\nbreak",
                                 std::string("url:http://h/\0nul", 17),
                                 "url:http://h/\xc3\xbc\xff",
                                 "3:abc12:",
                                 "",
                                 "url:http://h/" + std::string(1011, 'k')};
  ASSERT_EQ(first().acquire(keys), std::vector<State>(keys.size(), kMine));
  ASSERT_EQ(second().acquire(keys), std::vector<State>(keys.size(), kOthers));
  first().release(keys);
  for (const Key& key : keys) EXPECT_TRUE(second().home.waitFor(key));
}

TEST_P(LeaseConformance, DoesNothingForNothing) {
  EXPECT_TRUE(first().acquire(std::vector<Key>{}).empty());
  first().release(std::vector<Key>{});
  first().leases().forget(first().home);
}

TEST_P(LeaseConformance, IsNoEntry) {
  const Key key = "url:http://h/a";
  ASSERT_EQ(first().acquire(key), kMine);
  EntryPtr found;
  first().cache->find({&key, 1}, {&found, 1});
  EXPECT_EQ(found, nullptr);
  int shown = 0;
  first().cache->scan("*", [&](const Scanned&) { return ++shown > 0; });
  EXPECT_EQ(shown, 0);
  EXPECT_EQ(first().cache->erase({&key, 1}), 0u);
  EXPECT_EQ(second().acquire(key), kOthers);
}

TEST_P(LeaseConformance, TellsThoseWhoWaitWhenTheConnectionIsLost) {
  const std::vector<Key> keys = leaseKeys(100);
  ASSERT_EQ(first().acquire(keys), std::vector<State>(keys.size(), kMine));
  ASSERT_EQ(second().acquire(keys), std::vector<State>(keys.size(), kOthers));
  if (!store_->cutConnections()) return;
  EXPECT_TRUE(second().home.waitForTotal(keys.size()));
  for (const Key& key : keys) EXPECT_EQ(second().home.told(key), 1);
}

/// What the threads of two processes do with a few keys.
class Contention {
 public:
  explicit Contention(int keys) : owners_(static_cast<std::size_t>(keys)) {}

  /// True while no key ever had two owners.
  [[nodiscard]] bool isSound() const { return sound_; }
  [[nodiscard]] int taken() const { return taken_; }

  /// One thread of process `process`.
  void run(Cache& cache, int process, unsigned seed, int rounds) {
    std::mt19937 random(seed);
    CountingHome home;
    for (int i = 0; i < rounds; ++i) {
      const std::size_t at = random() % owners_.size();
      const Key key = "url:http://h/" + std::to_string(at);
      // Within a process, one thread at a time: that is what a process sees to by itself.
      const std::lock_guard lock(own_[process][at % kLocks]);
      Leases::State state = Leases::State::kOthers;
      cache.leases()->acquire({&key, 1}, {&state, 1}, home);
      if (state == Leases::State::kOthers) continue;
      if (++owners_[at] != 1) sound_ = false;
      ++taken_;
      std::this_thread::yield();
      --owners_[at];
      cache.leases()->release({&key, 1});
    }
    cache.leases()->forget(home);
  }

 private:
  static constexpr std::size_t kLocks = 16;

  std::vector<std::atomic<int>> owners_;
  std::array<std::array<std::mutex, kLocks>, 2> own_;
  std::atomic<bool> sound_{true};
  std::atomic<int> taken_{0};
};

TEST_P(LeaseConformance, IsHeldByOneProcessAtATime) {
  Contention contention(3);
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    Process& process = t % 2 == 0 ? first() : second();
    threads.emplace_back([&contention, &process, t] {
      contention.run(*process.cache, static_cast<int>(t % 2), t, 300);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(contention.isSound());
  EXPECT_GT(contention.taken(), 100);
}

}  // namespace forage::conformance

/// Runs the suite on a LeaseSubject, under the name given.
#define FORAGE_LEASE_CONFORMANCE(Name, ...)                                                    \
  namespace forage::conformance {                                                              \
  INSTANTIATE_TEST_SUITE_P(Name, LeaseConformance, testing::Values(LeaseSubject __VA_ARGS__)); \
  }                                                                                            \
  static_assert(true, "wants a semicolon")
