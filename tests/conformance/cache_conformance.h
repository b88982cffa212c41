// What every Cache must do, as tests that a cache's author runs in one line:
//
//   FORAGE_CACHE_CONFORMANCE(MyCache, {.make = [] { return std::make_unique<MyCache>(); }});
//
// To be included in one file of a GoogleTest program.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "entries.h"
#include "forage/cache.h"

namespace forage::conformance {

/// A cache to be tested.
struct CacheSubject {
  /// A fresh and empty cache with room for 16 MiB.
  std::function<std::unique_ptr<Cache>()> make;
  /// Lets time pass for the caches made. Without it, the tests wait for lifetimes to end.
  std::function<void(Millis)> advance = nullptr;
};

inline void PrintTo(const CacheSubject&, std::ostream* out) { *out << "a cache"; }

class CacheConformance : public testing::TestWithParam<CacheSubject> {
 protected:
  static constexpr Millis kShort{100};

  void SetUp() override {
    cache_ = GetParam().make();
    ASSERT_NE(cache_, nullptr);
  }

  EntryPtr find(const Key& key) {
    EntryPtr found;
    cache_->find({&key, 1}, {&found, 1});
    return found;
  }
  std::vector<EntryPtr> findAll(const std::vector<Key>& keys) {
    std::vector<EntryPtr> found(keys.size());
    cache_->find(keys, found);
    return found;
  }
  /// Stores under the entry's own key.
  void store(const EntryPtr& entry, Millis lifetime = kForever, bool only_if_absent = false) {
    const Keep keep{Key(entry->key()), entry, lifetime, only_if_absent};
    cache_->store({&keep, 1});
  }
  EntryPtr stored(const Key& key, std::string body = "body", Millis lifetime = kForever) {
    EntryPtr entry = makeEntry(key, std::move(body));
    store(entry, lifetime);
    return entry;
  }
  std::set<Key> scanned(std::string_view pattern) {
    std::set<Key> keys;
    cache_->scan(pattern, [&](const Scanned& entry) {
      EXPECT_NE(entry.entry, nullptr);
      keys.emplace(entry.key);
      return true;
    });
    return keys;
  }

  /// Until entries that were stored with lifetime kShort have ended.
  void letShortLifetimesEnd() {
    if (GetParam().advance) {
      GetParam().advance(kShort);
      return;
    }
    const Key key = "url:http://conformance/short";
    stored(key, "x", kShort + kShort / 5);  // the others may have been lengthened by a tenth
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (find(key) != nullptr) {
      ASSERT_LT(std::chrono::steady_clock::now(), limit) << "an entry outlived its lifetime";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  std::unique_ptr<Cache> cache_;
};

TEST_P(CacheConformance, MissesWhatWasNeverStored) {
  stored("url:http://h/there");
  EXPECT_EQ(find("url:http://h/absent"), nullptr);
  EXPECT_EQ(find("url:http://h/ther"), nullptr);
  EXPECT_EQ(find("url:http://h/there/"), nullptr);
  EXPECT_EQ(find("url:http://h/There"), nullptr);
}

TEST_P(CacheConformance, FindsWhatWasStored) {
  const EntryPtr entry = stored("url:http://h/a");
  expectSame(find("url:http://h/a"), entry);
  expectSame(find("url:http://h/a"), entry);
}

TEST_P(CacheConformance, GivesBackEveryBody) {
  std::string bytes;
  for (int i = 0; i < 1 << 20; ++i) bytes += static_cast<char>(i * 31 + i / 256);
  const std::string bodies[] = {
      "", "\r\n\r\n", std::string("\0", 1), std::string(1000, '\0'), bytes.substr(0, 256), bytes};
  for (const std::string& body : bodies) {
    const Key key = "url:http://h/" + std::to_string(body.size());
    const EntryPtr entry = stored(key, body);
    expectSame(find(key), entry);
  }
}

TEST_P(CacheConformance, GivesBackEveryHeaderAndStatus) {
  Response response;
  response.status = 404;
  response.reason = "";
  response.headers.add("Set-Cookie", "a=1");
  response.headers.add("set-cookie", "b=2; Path=/");
  response.headers.add("X-Empty", "");
  response.headers.add("X-Bytes", "\xc3\xbc \xff \"quoted\"");
  for (int i = 0; i < 200; ++i) {
    response.headers.add("X-" + std::to_string(i), std::string(100, 'v'));
  }
  const auto entry = std::make_shared<const Entry>("url:http://h/headers", std::move(response),
                                                   WallTime(Millis(-5)), WallTime(Millis(0)),
                                                   WallTime(Millis(4'102'444'800'000)));
  store(entry);
  expectSame(find("url:http://h/headers"), entry);
}

TEST_P(CacheConformance, TakesKeysOfAnyBytesAndLength) {
  const std::string_view odd[] = {"url:http://h/with space",
                                  "url:http://h/\"'`",
                                  "url:http://h/*?[a-z]\\",
                                  "url:http://h/\xc3\xbc\xff",
                                  "url:http://h/{tag}x",
                                  "url:http://h/#variant",
                                  std::string_view("url:http://h/\0nul", 17),
                                  "url:http://h/line\r\nbreak",
                                  "x"};
  std::vector<Key> keys(std::begin(odd), std::end(odd));
  keys.push_back("url:http://h/" + std::string(1024 - 13, 'k'));
  keys.push_back("url:http://h/" + std::string(1024 - 14, 'k') + "j");
  std::vector<EntryPtr> entries;
  for (const Key& key : keys) entries.push_back(stored(key, "body of " + key));
  const std::vector<EntryPtr> found = findAll(keys);
  for (std::size_t i = 0; i < keys.size(); ++i) expectSame(found[i], entries[i]);
  EXPECT_EQ(cache_->erase(keys), keys.size());
}

TEST_P(CacheConformance, ReplacesAnOlderEntry) {
  stored("url:http://h/a", "older and longer");
  const EntryPtr newer = stored("url:http://h/a", "newer");
  expectSame(find("url:http://h/a"), newer);
  const EntryPtr newest = stored("url:http://h/a", std::string(100'000, 'n'));
  expectSame(find("url:http://h/a"), newest);
}

TEST_P(CacheConformance, LetsTheLastOfABatchWin) {
  const EntryPtr first = makeEntry("url:http://h/a", "first");
  const EntryPtr last = makeEntry("url:http://h/a", "last");
  const Keep keeps[] = {{Key(first->key()), first}, {Key(last->key()), last}};
  cache_->store(keeps);
  expectSame(find("url:http://h/a"), last);
}

TEST_P(CacheConformance, LeavesWhatIsThereIfAskedTo) {
  const EntryPtr first = makeEntry("url:http://h/a", "first");
  store(first, kForever, true);
  expectSame(find("url:http://h/a"), first);
  const CacheStats before = cache_->stats();
  store(makeEntry("url:http://h/a", "second"), kForever, true);
  expectSame(find("url:http://h/a"), first);
  EXPECT_EQ(cache_->stats().declined, before.declined) << "nothing is lost";
  EXPECT_EQ(cache_->stats().stores, before.stores);
}

TEST_P(CacheConformance, TakesAnExpiredEntryForAbsent) {
  stored("url:http://h/a", "first", kShort);
  letShortLifetimesEnd();
  const EntryPtr second = makeEntry("url:http://h/a", "second");
  store(second, kForever, true);
  expectSame(find("url:http://h/a"), second);
}

TEST_P(CacheConformance, AnswersABatchInItsOrder) {
  std::vector<Keep> keeps;
  for (int i = 0; i < 64; i += 2) {
    const EntryPtr entry = makeEntry("url:http://h/" + std::to_string(i), std::to_string(i));
    keeps.push_back({Key(entry->key()), entry});
  }
  cache_->store(keeps);
  std::vector<Key> keys;
  for (int i = 0; i < 62; ++i) keys.push_back("url:http://h/" + std::to_string(i));
  keys.push_back(keys[4]);
  keys.push_back(keys[5]);
  const std::vector<EntryPtr> found = findAll(keys);
  for (std::size_t i = 0; i < 62; ++i) {
    if (i % 2 == 0) {
      expectSame(found[i], keeps[i / 2].entry);
    } else {
      EXPECT_EQ(found[i], nullptr) << i;
    }
  }
  expectSame(found[62], keeps[2].entry);
  EXPECT_EQ(found[63], nullptr);
}

TEST_P(CacheConformance, AnswersMoreKeysThanABatchHolds) {
  std::vector<Keep> keeps;
  std::vector<Key> keys;
  for (int i = 0; i < 1000; ++i) {
    const EntryPtr entry = makeEntry("url:http://h/" + std::to_string(i), std::string(1000, 'b'));
    keeps.push_back({Key(entry->key()), entry});
    keys.emplace_back(entry->key());
  }
  cache_->store(keeps);
  const std::vector<EntryPtr> found = findAll(keys);
  for (std::size_t i = 0; i < found.size(); ++i) expectSame(found[i], keeps[i].entry);
}

TEST_P(CacheConformance, DoesNothingForNothing) {
  cache_->find({}, {});
  cache_->store({});
  EXPECT_EQ(cache_->erase({}), 0u);
}

TEST_P(CacheConformance, WritesANullOverWhatTheCallerHeld) {
  const Key key = "url:http://h/absent";
  EntryPtr found = makeEntry(key, "left over");
  cache_->find({&key, 1}, {&found, 1});
  EXPECT_EQ(found, nullptr);
}

TEST_P(CacheConformance, ForgetsAnEntryAtTheEndOfItsLifetime) {
  const EntryPtr kept = stored("url:http://h/long", "body", std::chrono::hours(1));
  stored("url:http://h/short", "body", kShort);
  letShortLifetimesEnd();
  EXPECT_EQ(find("url:http://h/short"), nullptr);
  EXPECT_EQ(scanned("*short"), std::set<Key>{});
  const Key key = "url:http://h/short";
  EXPECT_EQ(cache_->erase({&key, 1}), 0u);
  expectSame(find("url:http://h/long"), kept);
}

TEST_P(CacheConformance, KeepsAnEntryUntilItsLifetimeEnds) {
  if (!GetParam().advance) return;  // only with a clock of the test's own
  const EntryPtr entry = stored("url:http://h/a", "body", kShort);
  GetParam().advance(kShort - Millis(1));
  expectSame(find("url:http://h/a"), entry);
}

TEST_P(CacheConformance, TakesTheLifetimeOfTheLatestStore) {
  stored("url:http://h/longer", "body", kShort);
  const EntryPtr longer = stored("url:http://h/longer", "body", kForever);
  stored("url:http://h/shorter", "body", kForever);
  stored("url:http://h/shorter", "body", kShort);
  letShortLifetimesEnd();
  expectSame(find("url:http://h/longer"), longer);
  EXPECT_EQ(find("url:http://h/shorter"), nullptr);
}

TEST_P(CacheConformance, KeepsForeverWhatNeverExpires) {
  const EntryPtr forever = stored("url:http://h/a");
  const EntryPtr nearly = stored("url:http://h/b", "body", kForever - Millis(1));
  if (GetParam().advance) GetParam().advance(std::chrono::hours(24 * 365 * 20));
  expectSame(find("url:http://h/a"), forever);
  expectSame(find("url:http://h/b"), nearly);
}

TEST_P(CacheConformance, ErasesAndSaysHowMany) {
  stored("url:http://h/a");
  stored("url:http://h/b");
  const EntryPtr kept = stored("url:http://h/c");
  const std::vector<Key> keys = {"url:http://h/a", "url:http://h/absent", "url:http://h/b",
                                 "url:http://h/a"};
  EXPECT_EQ(cache_->erase(keys), 2u);
  EXPECT_EQ(cache_->erase(keys), 0u);
  EXPECT_EQ(find("url:http://h/a"), nullptr);
  EXPECT_EQ(find("url:http://h/b"), nullptr);
  expectSame(find("url:http://h/c"), kept);
}

TEST_P(CacheConformance, StoresAgainWhatWasErased) {
  const Key key = "url:http://h/a";
  stored(key, "first");
  cache_->erase({&key, 1});
  const EntryPtr again = stored(key, "again");
  expectSame(find(key), again);
}

TEST_P(CacheConformance, ScansByPattern) {
  for (const char* key : {"url:http://a/1", "url:http://a/2", "url:http://a/30", "url:http://b/1",
                          "url:http://b/[x]", "other"}) {
    stored(key);
  }
  using Keys = std::set<Key>;
  EXPECT_EQ(scanned("url:http://a/*"),
            (Keys{"url:http://a/1", "url:http://a/2", "url:http://a/30"}));
  EXPECT_EQ(scanned("url:http://a/?"), (Keys{"url:http://a/1", "url:http://a/2"}));
  EXPECT_EQ(scanned("url:http://[ab]/1"), (Keys{"url:http://a/1", "url:http://b/1"}));
  EXPECT_EQ(scanned("*/[^1]*"), (Keys{"url:http://a/1", "url:http://a/2", "url:http://a/30",
                                      "url:http://b/1", "url:http://b/[x]"}));
  EXPECT_EQ(scanned("*\\[x]"), Keys{"url:http://b/[x]"});
  EXPECT_EQ(scanned("other"), Keys{"other"});
  EXPECT_EQ(scanned("*").size(), 6u);
  EXPECT_EQ(scanned("othe"), Keys{});
  EXPECT_EQ(scanned("url:http://c/*"), Keys{});
}

TEST_P(CacheConformance, InspectsEveryEntryThatItScans) {
  for (int i = 0; i < 300; ++i) stored("url:http://h/" + std::to_string(i));
  stored("other");
  std::set<Key> inspected;
  cache_->inspect("url:*", [&](const Scanned& one) {
    EXPECT_NE(one.entry, nullptr) << "only entries were stored";
    inspected.emplace(one.key);
    return true;
  });
  EXPECT_EQ(inspected, scanned("url:*"));
  int seen = 0;
  cache_->inspect("*", [&](const Scanned&) { return ++seen < 3; });
  EXPECT_EQ(seen, 3) << "ends when asked";
}

TEST_P(CacheConformance, ShowsEntriesAndTheirRemainingLifetime) {
  const EntryPtr forever = stored("url:http://h/forever", "one");
  const EntryPtr hour = stored("url:http://h/hour", "two", std::chrono::hours(1));
  std::map<Key, std::pair<EntryPtr, Millis>> shown;
  cache_->scan("*", [&](const Scanned& entry) {
    shown[Key(entry.key)] = {entry.entry, entry.remaining};
    return true;
  });
  ASSERT_EQ(shown.size(), 2u);
  expectSame(shown["url:http://h/forever"].first, forever);
  expectSame(shown["url:http://h/hour"].first, hour);
  EXPECT_EQ(shown["url:http://h/forever"].second, kForever);
  // A store may lengthen lifetimes by a tenth, so that not all end at once.
  EXPECT_LE(shown["url:http://h/hour"].second, std::chrono::minutes(66));
  EXPECT_GT(shown["url:http://h/hour"].second, std::chrono::minutes(58));
}

TEST_P(CacheConformance, EndsAScanWhenAsked) {
  for (int i = 0; i < 500; ++i) stored("url:http://h/" + std::to_string(i));
  int seen = 0;
  cache_->scan("*", [&](const Scanned&) { return ++seen < 3; });
  EXPECT_EQ(seen, 3);
}

TEST_P(CacheConformance, ScansEverythingOfMany) {
  std::set<Key> keys;
  for (int i = 0; i < 3000; ++i) {
    keys.insert("url:http://h/" + std::to_string(i));
    stored("url:http://h/" + std::to_string(i), "b");
  }
  EXPECT_EQ(scanned("url:*"), keys);
}

TEST_P(CacheConformance, MayBeUsedByAScansVisitor) {
  for (int i = 0; i < 200; ++i) stored("url:http://h/" + std::to_string(i));
  std::set<Key> erased;
  cache_->scan("url:http://h/*", [&](const Scanned& entry) {
    const Key key(entry.key);
    if (cache_->erase({&key, 1}) == 1) erased.insert(key);
    stored("other:" + key);
    EXPECT_EQ(find(key), nullptr);
    return true;
  });
  EXPECT_EQ(erased.size(), 200u);
  EXPECT_EQ(scanned("url:*"), std::set<Key>{});
  EXPECT_EQ(scanned("other:*").size(), 200u);
}

TEST_P(CacheConformance, CountsWhatItDid) {
  const CacheStats before = cache_->stats();
  stored("url:http://h/a");
  stored("url:http://h/b");
  findAll({"url:http://h/a", "url:http://h/a", "url:http://h/absent"});
  const CacheStats after = cache_->stats();
  EXPECT_EQ(after.stores, before.stores + 2);
  EXPECT_EQ(after.hits, before.hits + 2);
  EXPECT_EQ(after.misses, before.misses + 1);
  EXPECT_EQ(after.declined, before.declined);
  if (after.capacity != 0) {
    EXPECT_LE(after.bytes, after.capacity);
  }
}

TEST_P(CacheConformance, LetsEntriesOutliveIt) {
  const EntryPtr entry = stored("url:http://h/a", std::string(10'000, 'x'));
  const EntryPtr found = find("url:http://h/a");
  const Key key = "url:http://h/a";
  cache_->erase({&key, 1});
  cache_.reset();
  expectSame(found, entry);
}

TEST_P(CacheConformance, AlwaysSaysTheSameAboutIo) {
  const bool without_io = cache_->answersWithoutIo();
  stored("url:http://h/a");
  EXPECT_EQ(cache_->answersWithoutIo(), without_io);
  EXPECT_EQ(GetParam().make()->answersWithoutIo(), without_io);
}

/// One thread's share of a mixture of everything; true while nothing torn was seen.
inline bool mixOperations(Cache& cache, unsigned seed, int rounds) {
  std::mt19937 random(seed);
  const auto anyKey = [&] { return "url:http://h/" + std::to_string(random() % 100); };
  const auto isWhole = [](const EntryPtr& entry, std::string_view key) {
    return entry->key() == key && entry->body().substr(0, key.size()) == key &&
           entry->headers().find("X-Size") == std::to_string(entry->body().size());
  };
  bool whole = true;
  for (int i = 0; i < rounds; ++i) {
    const unsigned choice = random() % 100;
    if (choice < 60) {
      const std::vector<Key> keys = {anyKey(), anyKey(), anyKey(), anyKey()};
      std::vector<EntryPtr> found(keys.size());
      cache.find(keys, found);
      for (std::size_t k = 0; k < keys.size(); ++k) {
        whole = whole && (found[k] == nullptr || isWhole(found[k], keys[k]));
      }
    } else if (choice < 90) {
      const Key key = anyKey();
      const EntryPtr entry = makeEntry(key, key + std::string(random() % 3000, 'x'));
      const Keep keep{key, entry, random() % 2 == 0 ? kForever : Millis(1 + random() % 1000),
                      random() % 4 == 0};
      cache.store({&keep, 1});
    } else if (choice < 99) {
      const std::vector<Key> keys = {anyKey(), anyKey()};
      whole = cache.erase(keys) <= 2 && whole;
    } else {
      cache.scan("url:*[02468]", [&](const Scanned& seen) {
        whole = whole && isWhole(seen.entry, seen.key);
        return true;
      });
    }
  }
  return whole;
}

TEST_P(CacheConformance, StaysWholeUnderFourThreads) {
  std::atomic<int> sound{0};
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] { sound += mixOperations(*cache_, seed, 500) ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sound, 4);
  const EntryPtr entry = stored("url:http://h/after");
  expectSame(find("url:http://h/after"), entry);
}

}  // namespace forage::conformance

/// Runs the suite on a CacheSubject, under the name given.
#define FORAGE_CACHE_CONFORMANCE(Name, ...)                                                    \
  namespace forage::conformance {                                                              \
  INSTANTIATE_TEST_SUITE_P(Name, CacheConformance, testing::Values(CacheSubject __VA_ARGS__)); \
  }                                                                                            \
  static_assert(true, "wants a semicolon")
