#include "store/tiered_cache.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "forage/error.h"
#include "support/fake_cache.h"
#include "support/fake_clock.h"

namespace forage::store {
namespace {

using test::FakeCache;
using test::FakeClock;
using test::makeEntry;

const Key kKey = "url:http://h/a";

/// What happens at one moment, once.
class Moment {
 public:
  void set(std::function<void()> what) {
    const std::lock_guard lock(mutex_);
    what_ = std::move(what);
  }
  void come() {
    std::function<void()> what;
    {
      const std::lock_guard lock(mutex_);
      what.swap(what_);
    }
    if (what) what();
  }

 private:
  std::mutex mutex_;  // guards what_
  std::function<void()> what_;
};

/// Leases that a test ends.
class FakeLeases final : public Leases {
 public:
  void acquire(std::span<const Key>, std::span<State> states, LeaseHome& home) override {
    home_ = &home;
    for (State& state : states) state = given;
  }
  void release(std::span<const Key> keys) noexcept override { released += keys.size(); }
  void forget(LeaseHome& home) noexcept override {
    if (home_ == &home) home_ = nullptr;
  }
  void end(const Key& key) {
    if (home_ != nullptr) home_->leaseEnded(key);
  }
  [[nodiscard]] bool hasHome() const { return home_ != nullptr; }

  State given = State::kOthers;
  std::size_t released = 0;

 private:
  LeaseHome* home_ = nullptr;
};

/// A cache that tells of changes when a test says so.
class FarCache final : public Cache {
 public:
  enum class Watch { kTells, kCannot, kNotNow };

  [[nodiscard]] bool answersWithoutIo() const noexcept override { return false; }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override {
    {
      const std::lock_guard lock(mutex);
      asked.insert(keys.begin(), keys.end());
    }
    inner.find(keys, found);
    after_find.come();
  }
  void store(std::span<const Keep> items) override {
    inner.store(items);
    after_store.come();
  }
  std::size_t erase(std::span<const Key> keys) override {
    if (erase_fails) throw CacheError("connection refused");
    return inner.erase(keys);
  }
  void scan(std::string_view pattern, const Visitor& visitor) override {
    inner.scan(pattern, visitor);
  }
  [[nodiscard]] CacheStats stats() const noexcept override {
    CacheStats stats;
    stats.hits = 5;
    stats.misses = 7;
    stats.more = {{"connections", 3}};
    return stats;
  }
  void flush() override { ++flushes; }
  Leases* leases() noexcept override { return has_leases ? &fake_leases : nullptr; }
  bool watch(ChangeListener* listener) override {
    const std::lock_guard lock(mutex);
    ++watches;
    *told = listener;
    if (mode == Watch::kNotNow) throw CacheError("connection refused");
    return mode == Watch::kTells;
  }
  /// Tells whoever watches, as a thread of the cache does.
  void tellChanged(const Key& key) {
    const std::lock_guard lock(mutex);
    if (*told != nullptr) (*told)->changed({&key, 1});
  }
  void tellAllChanged() {
    const std::lock_guard lock(mutex);
    if (*told != nullptr) (*told)->allChanged();
  }

  FakeCache inner;
  FakeLeases fake_leases;
  bool has_leases = true;
  bool erase_fails = false;
  Moment after_find;  // while the answer is on its way
  Moment after_store;
  int flushes = 0;
  std::atomic<int> watches{0};
  std::mutex mutex;  // guards what follows
  Watch mode = Watch::kTells;
  std::multiset<Key> asked;
  std::shared_ptr<ChangeListener*> told = std::make_shared<ChangeListener*>(nullptr);
};

/// The memory: an in-place cache that remembers lifetimes.
class NearCache final : public Cache {
 public:
  [[nodiscard]] bool answersWithoutIo() const noexcept override { return true; }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override {
    inner.find(keys, found);
    for (const EntryPtr& entry : found) hits += entry != nullptr ? 1 : 0;
  }
  void store(std::span<const Keep> items) override {
    inner.store(items);
    const std::lock_guard lock(mutex);
    for (const Keep& item : items) lifetimes[item.key] = item.lifetime;
  }
  std::size_t erase(std::span<const Key> keys) override { return inner.erase(keys); }
  void scan(std::string_view, const Visitor& visitor) override {
    std::vector<Key> keys;
    inner.scan("*", [&](const Scanned& seen) {
      keys.emplace_back(seen.key);
      return true;
    });
    for (const Key& key : keys) {
      if (!visitor({key, inner.at(key), kForever})) return;
    }
    after_scan.come();
  }
  [[nodiscard]] CacheStats stats() const noexcept override {
    CacheStats stats;
    stats.hits = hits;
    stats.bytes = 1234;
    return stats;
  }
  void flush() override { ++flushes; }

  FakeCache inner{true};
  Moment after_scan;
  std::atomic<std::uint64_t> hits{0};
  int flushes = 0;
  std::mutex mutex;  // guards lifetimes
  std::map<Key, Millis> lifetimes;
};

class Changes final : public ChangeListener {
 public:
  void changed(std::span<const Key> keys) noexcept override {
    seen.insert(seen.end(), keys.begin(), keys.end());
  }
  void allChanged() noexcept override { ++all; }

  std::vector<Key> seen;
  int all = 0;
};

class TieredCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    auto near = std::make_unique<NearCache>();
    auto far = std::make_unique<FarCache>();
    near_ = near.get();
    far_ = far.get();
    tiered_ = std::make_unique<TieredCache>(std::move(near), std::move(far), clock_);
  }
  EntryPtr find(const Key& key) {
    EntryPtr found;
    tiered_->find({&key, 1}, {&found, 1});
    return found;
  }
  std::string bodyOf(const Key& key) {
    const EntryPtr found = find(key);
    return found ? std::string(found->body()) : "none";
  }
  void store(const Key& key, const std::string& body, bool only_if_absent = false) {
    const Keep item{key, makeEntry(key, body), kForever, only_if_absent};
    tiered_->store({&item, 1});
  }
  /// What another process does: told of later, or never.
  void changeFar(const Key& key, const std::string& body) {
    const Keep item{key, makeEntry(key, body), kForever, false};
    far_->inner.store({&item, 1});
  }
  void setWatch(FarCache::Watch mode) {
    const std::lock_guard lock(far_->mutex);
    far_->mode = mode;
  }
  [[nodiscard]] bool isNear(const Key& key) const { return near_->inner.at(key) != nullptr; }
  [[nodiscard]] int farFinds() const { return far_->inner.find_calls; }

  FakeClock clock_;
  NearCache* near_ = nullptr;
  FarCache* far_ = nullptr;
  std::unique_ptr<TieredCache> tiered_;
};

TEST_F(TieredCacheTest, DoesNothingToTheFarCacheBeforeItIsUsed) {
  EXPECT_FALSE(tiered_->answersWithoutIo());
  EXPECT_EQ(far_->watches, 0);
}

TEST_F(TieredCacheTest, AsksTheFarCacheOnceForWhatItHolds) {
  changeFar(kKey, "A");
  EXPECT_EQ(bodyOf(kKey), "A");
  EXPECT_EQ(bodyOf(kKey), "A");
  EXPECT_EQ(bodyOf(kKey), "A");
  EXPECT_EQ(farFinds(), 1);
  EXPECT_EQ(far_->watches, 1);
}

TEST_F(TieredCacheTest, AsksTheFarCacheForTheRestOnly) {
  const std::vector<Key> keys = {"url:0", "url:1", "url:2", "url:3"};
  changeFar(keys[0], "0");
  changeFar(keys[2], "2");
  EXPECT_EQ(bodyOf(keys[2]), "2");
  changeFar(keys[3], "3");
  far_->asked.clear();
  std::vector<EntryPtr> found(keys.size());
  tiered_->find(keys, found);
  EXPECT_EQ(found[0]->body(), "0");
  EXPECT_EQ(found[1], nullptr);
  EXPECT_EQ(found[2]->body(), "2");
  EXPECT_EQ(found[3]->body(), "3");
  EXPECT_EQ(far_->asked, (std::multiset<Key>{keys[0], keys[1], keys[3]}));
  EXPECT_TRUE(isNear(keys[0]));
  EXPECT_TRUE(isNear(keys[3]));
  EXPECT_FALSE(isNear(keys[1]));
}

TEST_F(TieredCacheTest, KeepsACopyAsLongAsTheEntryLives) {
  const auto keepUntil = [&](const Key& key, WallTime end) {
    Response response;
    response.status = 200;
    const Keep item{key,
                    std::make_shared<const Entry>(key, std::move(response), clock_.wallNow(),
                                                  clock_.wallNow(), end),
                    kForever, false};
    far_->inner.store({&item, 1});
    EXPECT_NE(find(key), nullptr);
  };
  keepUntil("url:hour", clock_.wallNow() + std::chrono::hours(1));
  keepUntil("url:ever", WallTime::max());
  keepUntil("url:over", clock_.wallNow());
  keepUntil("url:long over", WallTime::min());
  EXPECT_EQ(near_->lifetimes["url:hour"], std::chrono::hours(1));
  EXPECT_EQ(near_->lifetimes["url:ever"], kForever);
  EXPECT_FALSE(isNear("url:over"));
  EXPECT_FALSE(isNear("url:long over"));
}

TEST_F(TieredCacheTest, ForgetsWhatChanged) {
  changeFar(kKey, "A");
  changeFar("url:other", "O");
  EXPECT_EQ(bodyOf(kKey), "A");
  EXPECT_EQ(bodyOf("url:other"), "O");
  changeFar(kKey, "B");
  EXPECT_EQ(bodyOf(kKey), "A");  // nobody has said so yet
  far_->tellChanged(kKey);
  EXPECT_EQ(bodyOf(kKey), "B");
  EXPECT_TRUE(isNear("url:other"));
  far_->inner.clear();
  far_->tellChanged(kKey);
  EXPECT_EQ(bodyOf(kKey), "none");
}

TEST_F(TieredCacheTest, ForgetsEverythingWhenAllMayHaveChanged) {
  const std::vector<Key> keys = {"url:0", "url:1", "url:2"};
  for (const Key& key : keys) {
    changeFar(key, "A");
    EXPECT_EQ(bodyOf(key), "A");
    changeFar(key, "B");
  }
  far_->tellAllChanged();
  for (const Key& key : keys) EXPECT_EQ(bodyOf(key), "B");
  const int finds = farFinds();
  for (const Key& key : keys) EXPECT_EQ(bodyOf(key), "B");  // and keeps them again
  EXPECT_EQ(farFinds(), finds);
}

// The race: an old value is read, the news of its end arrives, and then the value.
TEST_F(TieredCacheTest, DoesNotKeepAnAnswerThatIsOlderThanTheNewsOfItsEnd) {
  EXPECT_EQ(bodyOf(kKey), "none");
  changeFar(kKey, "old");
  far_->after_find.set([&] {
    changeFar(kKey, "new");
    far_->tellChanged(kKey);
  });
  EXPECT_EQ(bodyOf(kKey), "old");  // it was asked for before
  EXPECT_FALSE(isNear(kKey));
  EXPECT_EQ(bodyOf(kKey), "new");
  EXPECT_TRUE(isNear(kKey));
}

TEST_F(TieredCacheTest, DoesNotKeepAnAnswerThatIsOlderThanALossOfSight) {
  EXPECT_EQ(bodyOf(kKey), "none");
  changeFar(kKey, "old");
  far_->after_find.set([&] {
    far_->tellAllChanged();
    changeFar(kKey, "new");
    EXPECT_EQ(bodyOf("url:other"), "none");  // trusted again, in another epoch
  });
  EXPECT_EQ(bodyOf(kKey), "old");
  EXPECT_FALSE(isNear(kKey));
  EXPECT_EQ(bodyOf(kKey), "new");
}

// The memory has just been emptied, and is not trusted yet.
TEST_F(TieredCacheTest, PutsNothingIntoAMemoryThatIsBeingEmptied) {
  EXPECT_EQ(bodyOf(kKey), "none");
  changeFar(kKey, "old");
  std::latch read(1);
  std::latch go_on(1);
  far_->after_find.set([&] {
    read.count_down();
    go_on.wait();
  });
  std::thread reader([&] { EXPECT_EQ(bodyOf(kKey), "old"); });
  read.wait();
  changeFar(kKey, "new");
  far_->tellAllChanged();
  near_->after_scan.set([&] {
    go_on.count_down();
    reader.join();
  });
  EXPECT_EQ(bodyOf("url:other"), "none");
  EXPECT_FALSE(reader.joinable());
  EXPECT_EQ(bodyOf(kKey), "new");
}

TEST_F(TieredCacheTest, KeepsAnAnswerWhileOtherKeysChange) {
  EXPECT_EQ(bodyOf(kKey), "none");
  changeFar(kKey, "A");
  far_->after_find.set([&] { far_->tellChanged("url:http://h/another"); });
  EXPECT_EQ(bodyOf(kKey), "A");
  EXPECT_TRUE(isNear(kKey));
}

TEST_F(TieredCacheTest, KeepsNothingWhereChangesAreNeverTold) {
  setWatch(FarCache::Watch::kCannot);
  changeFar(kKey, "A");
  EXPECT_EQ(bodyOf(kKey), "A");
  EXPECT_EQ(bodyOf(kKey), "A");
  store(kKey, "B");
  EXPECT_EQ(bodyOf(kKey), "B");
  EXPECT_EQ(near_->inner.size(), 0u);
  EXPECT_EQ(farFinds(), 3);
  EXPECT_EQ(far_->watches, 1);
  EXPECT_FALSE(tiered_->watch(nullptr));
}

TEST_F(TieredCacheTest, KeepsNothingWhileChangesAreNotTold) {
  changeFar(kKey, "A");
  EXPECT_EQ(bodyOf(kKey), "A");
  EXPECT_TRUE(isNear(kKey));
  setWatch(FarCache::Watch::kNotNow);
  far_->tellAllChanged();  // the connection is lost
  changeFar(kKey, "B");
  EXPECT_EQ(bodyOf(kKey), "B");
  changeFar(kKey, "C");
  EXPECT_EQ(bodyOf(kKey), "C");
  store("url:stored", "S");
  EXPECT_FALSE(isNear("url:stored"));
  EXPECT_EQ(far_->watches, 2);  // asked once, and then told when
  setWatch(FarCache::Watch::kTells);
  EXPECT_EQ(bodyOf(kKey), "C");
  EXPECT_EQ(far_->watches, 2);
  far_->tellAllChanged();  // it is back
  EXPECT_EQ(bodyOf(kKey), "C");
  EXPECT_TRUE(isNear(kKey));
  EXPECT_EQ(far_->watches, 3);
}

TEST_F(TieredCacheTest, StartsWithoutAMemoryWhileChangesAreNotTold) {
  setWatch(FarCache::Watch::kNotNow);
  changeFar(kKey, "A");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bodyOf(kKey), "A");
  EXPECT_EQ(farFinds(), 3);
  EXPECT_EQ(far_->watches, 1);
}

TEST_F(TieredCacheTest, StoresBehindAndThenInFront) {
  EXPECT_EQ(bodyOf(kKey), "none");
  store(kKey, "A");
  EXPECT_EQ(far_->inner.at(kKey)->body(), "A");
  EXPECT_EQ(near_->inner.at(kKey)->body(), "A");
  const int finds = farFinds();
  EXPECT_EQ(bodyOf(kKey), "A");
  EXPECT_EQ(farFinds(), finds);
}

TEST_F(TieredCacheTest, KeepsNothingOlderWhenAStoreFails) {
  changeFar(kKey, "A");
  EXPECT_EQ(bodyOf(kKey), "A");
  far_->inner.setReadOnly(true);
  EXPECT_THROW(store(kKey, "B"), CacheError);
  EXPECT_FALSE(isNear(kKey));
  EXPECT_EQ(bodyOf(kKey), "A");  // what the far cache has
}

// Another process stores the same key at the same time, before us or after us.
TEST_F(TieredCacheTest, KeepsNothingOfItsOwnThatMayHaveBeenReplaced) {
  EXPECT_EQ(bodyOf(kKey), "none");
  far_->after_store.set([&] {
    changeFar(kKey, "theirs");
    far_->tellChanged(kKey);
  });
  store(kKey, "ours");
  EXPECT_FALSE(isNear(kKey));
  EXPECT_EQ(bodyOf(kKey), "theirs");
}

TEST_F(TieredCacheTest, PutsNoOlderAnswerOverItsOwnStore) {
  EXPECT_EQ(bodyOf(kKey), "none");
  changeFar(kKey, "old");
  far_->after_find.set([&] { store(kKey, "new"); });
  EXPECT_EQ(bodyOf(kKey), "old");
  EXPECT_EQ(bodyOf(kKey), "new");
}

TEST_F(TieredCacheTest, KeepsNothingOfAStoreThatMayHaveBeenDeclined) {
  changeFar(kKey, "theirs");
  EXPECT_EQ(bodyOf(kKey), "theirs");
  store(kKey, "ours", true);
  EXPECT_FALSE(isNear(kKey));
  EXPECT_EQ(bodyOf(kKey), "theirs");
}

TEST_F(TieredCacheTest, ErasesInBoth) {
  EXPECT_EQ(bodyOf(kKey), "none");
  store(kKey, "A");
  EXPECT_EQ(tiered_->erase({&kKey, 1}), 1u);
  EXPECT_EQ(tiered_->erase({&kKey, 1}), 0u);
  EXPECT_EQ(bodyOf(kKey), "none");
  store(kKey, "B");
  far_->erase_fails = true;
  EXPECT_THROW(tiered_->erase({&kKey, 1}), CacheError);
  EXPECT_FALSE(isNear(kKey));
}

TEST_F(TieredCacheTest, PutsNothingBackThatWasErasedMeanwhile) {
  EXPECT_EQ(bodyOf(kKey), "none");
  changeFar(kKey, "A");
  far_->after_find.set([&] { EXPECT_EQ(tiered_->erase({&kKey, 1}), 1u); });
  EXPECT_EQ(bodyOf(kKey), "A");
  EXPECT_EQ(bodyOf(kKey), "none");
}

TEST_F(TieredCacheTest, LetsWhatTheFarCacheThrowsPass) {
  far_->inner.setDown(true);
  EXPECT_THROW(find(kKey), CacheError);
  far_->inner.setDown(false);
  EXPECT_EQ(bodyOf(kKey), "none");
}

TEST_F(TieredCacheTest, ShowsWhatTheFarCacheHolds) {
  changeFar(kKey, "A");
  changeFar("url:b", "B");
  EXPECT_EQ(bodyOf(kKey), "A");
  std::set<Key> shown;
  tiered_->scan("*", [&](const Scanned& seen) { return shown.emplace(seen.key).second; });
  EXPECT_EQ(shown, (std::set<Key>{kKey, "url:b"}));
}

TEST_F(TieredCacheTest, CountsWhatItAnsweredFromMemory) {
  changeFar(kKey, "A");
  for (int i = 0; i < 4; ++i) (void)find(kKey);
  const CacheStats stats = tiered_->stats();
  EXPECT_EQ(stats.hits, 5u + 3u);
  EXPECT_EQ(stats.misses, 7u);
  using More = std::vector<std::pair<std::string, std::uint64_t>>;
  EXPECT_EQ(stats.more, (More{{"connections", 3}, {"near_hits", 3}, {"near_bytes", 1234}}));
}

TEST_F(TieredCacheTest, FlushesBoth) {
  tiered_->flush();
  EXPECT_EQ(far_->flushes, 1);
  EXPECT_EQ(near_->flushes, 1);
}

TEST_F(TieredCacheTest, PassesChangesOn) {
  Changes changes;
  EXPECT_TRUE(tiered_->watch(&changes));
  changeFar(kKey, "A");
  EXPECT_EQ(bodyOf(kKey), "A");
  far_->tellChanged(kKey);
  far_->tellAllChanged();
  EXPECT_EQ(changes.seen, std::vector<Key>{kKey});
  EXPECT_EQ(changes.all, 1);
  EXPECT_TRUE(tiered_->watch(nullptr));
  EXPECT_EQ(bodyOf(kKey), "A");
  far_->tellChanged(kKey);
  EXPECT_EQ(changes.seen.size(), 1u);
  EXPECT_FALSE(isNear(kKey));  // the memory is told all the same
}

TEST_F(TieredCacheTest, EndsItsWatchWhenItEnds) {
  (void)find(kKey);
  const std::shared_ptr<ChangeListener*> told = far_->told;
  EXPECT_NE(*told, nullptr);
  tiered_.reset();
  EXPECT_EQ(*told, nullptr);
}

/// Is told that a lease has ended, and looks again at once.
class LookingHome final : public LeaseHome {
 public:
  explicit LookingHome(std::function<void()> look) : look_(std::move(look)) {}
  void leaseEnded(const Key& key) noexcept override {
    ended = key;
    look_();
  }
  Key ended;

 private:
  std::function<void()> look_;
};

TEST_F(TieredCacheTest, HasNoLeasesWhereTheFarCacheHasNone) {
  auto far = std::make_unique<FarCache>();
  far->has_leases = false;
  TieredCache tiered(std::make_unique<NearCache>(), std::move(far), clock_);
  EXPECT_EQ(tiered.leases(), nullptr);
  EXPECT_NE(tiered_->leases(), nullptr);
  EXPECT_EQ(tiered_->leases(), tiered_->leases());
}

// The news of what was stored under a lease may be slower than all that is told of the lease.
TEST_F(TieredCacheTest, AnswersNothingOlderThanTheEndOfALease) {
  std::string seen;
  LookingHome home([&] { seen = bodyOf(kKey); });
  Leases& leases = *tiered_->leases();
  Leases::State state = Leases::State::kMine;
  leases.acquire({&kKey, 1}, {&state, 1}, home);
  EXPECT_EQ(state, Leases::State::kOthers);
  changeFar(kKey, "stale");
  EXPECT_EQ(bodyOf(kKey), "stale");
  changeFar(kKey, "fresh");
  far_->fake_leases.end(kKey);
  EXPECT_EQ(home.ended, kKey);
  EXPECT_EQ(seen, "fresh");
  leases.release({&kKey, 1});
  EXPECT_EQ(far_->fake_leases.released, 1u);
  leases.forget(home);
  EXPECT_FALSE(far_->fake_leases.hasHome());
}

TEST_F(TieredCacheTest, AnswersNothingOlderThanALeaseOfItsOwn) {
  changeFar(kKey, "stale");
  EXPECT_EQ(bodyOf(kKey), "stale");
  changeFar(kKey, "fresh");
  LookingHome home([] {});
  far_->fake_leases.given = Leases::State::kMine;
  Leases::State state = Leases::State::kOthers;
  tiered_->leases()->acquire({&kKey, 1}, {&state, 1}, home);
  EXPECT_EQ(state, Leases::State::kMine);
  EXPECT_EQ(bodyOf(kKey), "fresh");
  tiered_->leases()->forget(home);
}

// A home may do without leases from the moment that it is told.
TEST_F(TieredCacheTest, LetsAHomeThatIsToldBeForgotten) {
  Leases& leases = *tiered_->leases();
  LookingHome* self = nullptr;
  LookingHome home([&] { leases.forget(*self); });
  self = &home;
  Leases::State state = Leases::State::kMine;
  leases.acquire({&kKey, 1}, {&state, 1}, home);
  far_->fake_leases.end(kKey);
  EXPECT_FALSE(far_->fake_leases.hasHome());
}

// Versions only grow: no thread sees an older one than was told of before it asked.
TEST_F(TieredCacheTest, NeverAnswersOlderThanWhatWasToldUnderManyThreads) {
  constexpr int kKeys = 4;
  constexpr int kVersions = 2'000;
  constexpr std::uint64_t kNearHits = 2'000;
  const auto keyOf = [](unsigned i) { return "url:" + std::to_string(i % kKeys); };
  std::array<std::atomic<int>, kKeys> told{};
  for (unsigned k = 0; k < kKeys; ++k) changeFar(keyOf(k), "0");
  std::atomic<bool> done{false};
  std::atomic<int> older{0};
  std::vector<std::thread> readers;
  for (unsigned t = 0; t < 3; ++t) {
    readers.emplace_back([&, t] {
      std::mt19937 random(t);
      while (!done) {
        const unsigned k = random() % kKeys;
        const int least = told[k];
        const EntryPtr entry = find(keyOf(k));
        if (entry && std::stoi(std::string(entry->body())) < least) ++older;
      }
    });
  }
  std::mt19937 random(99);
  for (int version = 1; version <= kVersions || near_->hits < kNearHits; ++version) {
    const unsigned k = random() % kKeys;
    changeFar(keyOf(k), std::to_string(version));
    if (version % 50 == 0) {
      far_->tellAllChanged();
    } else {
      far_->tellChanged(keyOf(k));
    }
    told[k] = version;
    std::this_thread::yield();
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(older, 0);
}

}  // namespace
}  // namespace forage::store
