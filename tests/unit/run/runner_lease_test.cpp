// Runs over a cache with leases: what another process fetches is waited for.
#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "policy_fixture.h"
#include "support/eventually.h"

namespace forage::run {
namespace {

using test::eventually;
using test::makeEntry;

/// What the other process does, as a test says it.
class OtherProcess final : public Leases {
 public:
  /// Asked for each lease, by a look-up thread.
  std::function<State(const Key& key, LeaseHome& home)> on_acquire;
  std::atomic<int> asked{0};
  std::atomic<int> released{0};
  std::atomic<LeaseHome*> home{nullptr};

  void acquire(std::span<const Key> keys, std::span<State> states, LeaseHome& who) override {
    home = &who;
    for (std::size_t i = 0; i < keys.size(); ++i) states[i] = on_acquire(keys[i], who);
    asked += static_cast<int>(keys.size());
  }
  void release(std::span<const Key> keys) noexcept override {
    released += static_cast<int>(keys.size());
  }
  /// Waits for who is being told, as the contract says.
  void forget(LeaseHome& who) noexcept override {
    const std::lock_guard lock(telling_);
    if (home == &who) home = nullptr;
  }
  /// Tells whoever asked, unless it has been forgotten.
  void end(const Key& key) {
    const std::lock_guard lock(telling_);
    if (LeaseHome* const told = home) told->leaseEnded(key);
  }

 private:
  std::mutex telling_;  // held while `home` is told
};

class LeasedCache final : public Cache {
 public:
  explicit LeasedCache(OtherProcess& other) : other_(other) {}

  [[nodiscard]] bool answersWithoutIo() const noexcept override { return false; }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override {
    inner.find(keys, found);
  }
  void store(std::span<const Keep> items) override { inner.store(items); }
  std::size_t erase(std::span<const Key> keys) override { return inner.erase(keys); }
  void scan(std::string_view pattern, const Visitor& visitor) override {
    inner.scan(pattern, visitor);
  }
  [[nodiscard]] CacheStats stats() const noexcept override { return {}; }
  Leases* leases() noexcept override { return &other_; }

  test::FakeCache inner;

 private:
  OtherProcess& other_;
};

class RunnerLease : public RunFixture {
 protected:
  void makeWithLeases(test::Script script = samePage) {
    addGroup("all", {urlOf(1)});
    auto cache = std::make_unique<LeasedCache>(other_);
    cache_ = &cache->inner;
    auto fetcher = std::make_unique<test::ScriptedFetcher>(std::move(script));
    fetcher_ = fetcher.get();
    RunParts parts;
    parts.cache = std::move(cache);
    parts.fetcher = std::move(fetcher);
    runner_ = std::make_unique<Runner>(job_, std::move(parts), clock(), &recorder_);
  }
  void storeAsTheOther(const Key& key, WallTime received = {}) const {
    const Keep item{key, makeEntry(key, "the other's", received), kForever, false};
    cache_->store({&item, 1});
  }
  /// A run of one request for a page that varies.
  Report runIn(const std::string& language) {
    Requests requests;
    requests.push(get(kUrl, {{"Accept-Language", language}}));
    requests.end();
    job_.groups[0].urls.clear();
    job_.groups[0].requests = &requests;
    return run();
  }
  /// What is stored of the URL has expired, and may answer while it is validated.
  void makeWithExpired() {
    makeWithLeases();
    job_.cache.expire_after = std::chrono::hours(1);
    job_.cache.stale_while_revalidate = std::chrono::hours(24);
    storeAsTheOther(kKey, clock().wallNow() - std::chrono::hours(2));
  }

  OtherProcess other_;
};

TEST_F(RunnerLease, IsReleasedOnceWhatItIsForIsStored) {
  makeWithLeases();
  other_.on_acquire = [](const Key&, LeaseHome&) { return Leases::State::kMine; };
  const Report report = run();
  EXPECT_EQ(report.totals.fetched, 1u);
  EXPECT_EQ(other_.released, 1);
  EXPECT_EQ(cache_->size(), 1u);
}

TEST_F(RunnerLease, OfAnotherEndsBeforeItsLookUpIsAnswered) {
  makeWithLeases();
  other_.on_acquire = [this](const Key& key, LeaseHome& home) {
    storeAsTheOther(key);
    home.leaseEnded(key);
    return Leases::State::kOthers;
  };
  const Report report = run();
  expectLaw(report, 1);
  EXPECT_EQ(report.totals.joined, 1u);
  EXPECT_EQ(report.totals.requests, 0u);
  EXPECT_EQ(report.cache.lease_waits, 1u);
}

TEST_F(RunnerLease, OfAnotherThatStoredNothingIsTakenOver) {
  makeWithLeases();
  other_.on_acquire = [this](const Key& key, LeaseHome& home) {
    if (other_.asked > 0) return Leases::State::kMine;
    home.leaseEnded(key);
    return Leases::State::kOthers;
  };
  const Report report = run();
  EXPECT_EQ(report.totals.fetched, 1u);
  EXPECT_EQ(report.totals.requests, 1u);
  EXPECT_EQ(other_.released, 1);
}

TEST_F(RunnerLease, IsCountedAsOneWaitHoweverOftenItIsAnothers) {
  makeWithLeases();
  other_.on_acquire = [this](const Key& key, LeaseHome& home) {
    if (other_.asked == 3) storeAsTheOther(key);
    home.leaseEnded(key);
    return Leases::State::kOthers;
  };
  const Report report = run();
  EXPECT_EQ(report.totals.joined, 1u);
  EXPECT_EQ(report.cache.lease_waits, 1u);
}

TEST_F(RunnerLease, OfAnotherIsWaitedForWhileItLasts) {
  makeWithLeases();
  Key wanted;
  other_.on_acquire = [&](const Key& key, LeaseHome&) {
    wanted = key;
    return Leases::State::kOthers;
  };
  std::jthread ends([&] {
    EXPECT_TRUE(eventually([&] { return other_.asked == 1; }));
    storeAsTheOther(wanted);
    other_.end(wanted);
  });
  const Report report = run();
  EXPECT_EQ(report.totals.joined, 1u);
  EXPECT_EQ(report.totals.requests, 0u);
}

TEST_F(RunnerLease, OfAnotherIsWaitedForNoLongerAfterAStop) {
  makeWithLeases();
  other_.on_acquire = [](const Key&, LeaseHome&) { return Leases::State::kOthers; };
  std::jthread stops([&] {
    EXPECT_TRUE(eventually([&] { return other_.asked == 1; }));
    stop_.request_stop();
  });
  const Report report = run();
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.totals.requests, 0u);
  EXPECT_EQ(other_.home, nullptr);
}

// What leads is handed over at a stop: the heir must not begin to wait anew.
TEST_F(RunnerLease, OfAnotherIsWaitedForByNoHeirAfterAStop) {
  makeWithLeases();
  addGroup("same", {urlOf(1)});
  other_.on_acquire = [](const Key&, LeaseHome&) { return Leases::State::kOthers; };
  std::jthread stops([&] {
    EXPECT_TRUE(eventually([&] { return other_.asked == 2; }));
    stop_.request_stop();
  });
  const Report report = run();
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.totals.requests, 0u);
}

TEST_F(RunnerLease, OfAnotherThatNeverEndsIsWaitedForNoLongerThanTheJobSays) {
  makeWithLeases();
  job_.cache.lease_wait = Millis(50);
  other_.on_acquire = [](const Key&, LeaseHome&) { return Leases::State::kOthers; };
  const Report report = run();
  expectLaw(report, 1);
  EXPECT_EQ(report.totals.requests, 1u);
  EXPECT_EQ(report.cache.lease_waits, 1u);
  EXPECT_EQ(cache_->size(), 1u);
}

TEST_F(RunnerLease, ThatOthersTakeAgainAndAgainIsWaitedForNoLongerThanTheJobSays) {
  makeWithLeases();
  job_.cache.lease_wait = Millis(50);
  other_.on_acquire = [](const Key& key, LeaseHome& home) {
    home.leaseEnded(key);
    return Leases::State::kOthers;
  };
  EXPECT_EQ(run().totals.requests, 1u);
}

// A leader looks again once a lease has ended, and for its variant: that is under another key than
// its flight is.
TEST_F(RunnerLease, LeavesNobodyWaitingWhereItsHolderStopsAtItsVariant) {
  job_.cache.policy = CachePolicy::kRfc9111;
  makeWithLeases([](const test::Seen&) -> test::Answer {
    return test::reply(200, {{"Vary", "Accept-Language"}, {"Cache-Control", "max-age=60"}}, "page");
  });
  other_.on_acquire = [](const Key&, LeaseHome&) { return Leases::State::kMine; };
  (void)runIn("en");
  const Keep english{kKey, cache_->at(kKey), kForever, false};
  cache_->clear();
  other_.asked = 0;
  Requests requests;
  job_.groups[0].requests = &requests;
  other_.on_acquire = [](const Key&, LeaseHome&) { return Leases::State::kOthers; };
  std::jthread stops([&] {
    requests.push(get(kUrl, {{"Accept-Language", "de"}}));
    EXPECT_TRUE(eventually([&] { return other_.asked == 1; }));
    requests.push(get(kUrl, {{"Accept-Language", "de"}}));
    EXPECT_TRUE(eventually([&] { return other_.asked == 2; }));
    cache_->store({&english, 1});
    cache_->holdFind(2);  // that of the variant
    other_.end(kKey);
    EXPECT_TRUE(eventually([&] { return cache_->isHeld(); }));
    stop_.request_stop();
    cache_->open();
  });
  EXPECT_TRUE(run().interrupted);
}

// --- redirects ----------------------------------------------------------------------------------

// Two processes may follow the same redirects from two ends.
class RunnerLeaseOfARedirect : public RunnerLease {
 protected:
  /// Visits `from`, which leads to `to`; another process fetches that.
  void makeRedirect(int from, int to) {
    makeWithLeases([from, to](const std::string& url) {
      return url == urlOf(from) ? test::redirect(urlOf(to)) : samePage(url);
    });
    job_.groups[0].urls = {urlOf(from)};
    other_.on_acquire = [to](const Key& key, LeaseHome&) {
      return key == keyOf(to) ? Leases::State::kOthers : Leases::State::kMine;
    };
  }
  static Key keyOf(int n) { return "url:" + urlOf(n); }
};

TEST_F(RunnerLeaseOfARedirect, EndsBeforeAnothersIsWaitedForThatComesBeforeIt) {
  makeRedirect(2, 1);
  std::jthread ends([&] {
    EXPECT_TRUE(eventually([&] { return other_.released == 1; })) << "holds one and waits";
    storeAsTheOther(keyOf(1));
    other_.end(keyOf(1));
  });
  const Report report = run();
  EXPECT_EQ(report.totals.requests, 1u);
  EXPECT_NE(cache_->at(keyOf(2)), nullptr);
  EXPECT_EQ(other_.released, 1);
}

TEST_F(RunnerLeaseOfARedirect, LastsWhileAnothersIsWaitedForThatComesAfterIt) {
  makeRedirect(1, 2);
  std::atomic<int> released_while_waiting{-1};
  std::jthread ends([&] {
    EXPECT_TRUE(eventually([&] { return fetcher_->total() == 1 && other_.asked == 2; }));
    released_while_waiting = other_.released.load();
    storeAsTheOther(keyOf(2));
    other_.end(keyOf(2));
  });
  EXPECT_EQ(run().totals.requests, 1u);
  EXPECT_EQ(released_while_waiting, 0);
  EXPECT_EQ(other_.released, 1);
}

TEST_F(RunnerLeaseOfARedirect, EndsBeforeItWaitsForOneThatWaitsForAnothers) {
  makeRedirect(2, 1);
  addGroup("same", {urlOf(1)});
  std::jthread ends([&] {
    EXPECT_TRUE(eventually([&] { return other_.released == 1; })) << "holds one and waits";
    storeAsTheOther(keyOf(1));
    other_.end(keyOf(1));
  });
  EXPECT_EQ(run().totals.requests, 1u);
}

// --- stale-while-revalidate ---------------------------------------------------------------------

TEST_F(RunnerLease, IsAskedForBeforeAValidationInTheBackground) {
  makeWithExpired();
  other_.on_acquire = [](const Key&, LeaseHome&) { return Leases::State::kMine; };
  const Report report = run();
  expectLaw(report, 1);
  EXPECT_EQ(report.totals.stale, 1u);
  EXPECT_EQ(report.totals.requests, 1u);
  EXPECT_EQ(other_.asked, 1);
  EXPECT_EQ(other_.released, 1);
  EXPECT_EQ(cache_->at(kKey)->body(), "body of " + urlOf(1));
}

TEST_F(RunnerLease, OfAnotherMakesAValidationInTheBackgroundItsBusiness) {
  makeWithExpired();
  other_.on_acquire = [](const Key&, LeaseHome&) { return Leases::State::kOthers; };
  const Report report = run();
  expectLaw(report, 1);
  EXPECT_EQ(report.totals.stale, 1u);
  EXPECT_EQ(report.totals.requests, 0u);
  EXPECT_EQ(report.cache.lease_waits, 0u) << "the answer is given, and nothing to wait for";
}

TEST_F(RunnerLease, ThatComesAfterAnothersValidationNeedsNone) {
  makeWithExpired();
  other_.on_acquire = [this](const Key& key, LeaseHome&) {
    storeAsTheOther(key, clock().wallNow());
    return Leases::State::kMine;
  };
  const Report report = run();
  expectLaw(report, 1);
  EXPECT_EQ(report.totals.stale, 1u);
  EXPECT_EQ(report.totals.requests, 0u);
  EXPECT_EQ(other_.released, 1);
}

TEST_F(RunnerLease, ThatIsNotToBeHadIsDoneWithout) {
  makeWithExpired();
  other_.on_acquire = [](const Key&, LeaseHome&) -> Leases::State { throw CacheError("none"); };
  EXPECT_EQ(run().totals.requests, 1u);
}

// A variant is looked up after the lease was asked for, which is that of the URL.
TEST_F(RunnerLease, ThatIsNotToBeHadIsDoneWithoutByVariantsToo) {
  job_.cache.policy = CachePolicy::kRfc9111;
  makeWithLeases([](const test::Seen&) -> test::Answer {
    return test::reply(200, {{"Vary", "Accept-Language"}, {"Cache-Control", "no-cache"}}, "page");
  });
  other_.on_acquire = [](const Key&, LeaseHome&) -> Leases::State { throw CacheError("none"); };
  for (const char* language : {"de", "en", "de"}) {
    EXPECT_EQ(runIn(language).totals.requests, 1u) << language;
  }
}

}  // namespace
}  // namespace forage::run
