// A memory cache made through the real shared object, and the few words its tests are written in.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "conformance/entries.h"
#include "forage/cache.h"
#include "support/fake_clock.h"
#include "support/plugin_library.h"

namespace forage::test {

constexpr std::size_t kKiB = 1u << 10;
constexpr std::size_t kMiB = 1u << 20;

inline std::unique_ptr<Cache> makeMemoryCache(std::size_t max_size, const Clock& clock,
                                              const std::string& policy = "lru") {
  Settings::Values values;
  values["max_size"] = {static_cast<std::int64_t>(max_size), "test"};
  values["policy"] = {policy, "test"};
  return loadPlugin("memory").make_cache(Settings("cache.memory", std::move(values)), {clock});
}

inline Key keyOf(int i) { return "url:http://h/" + std::to_string(i); }

class MemoryCache : public testing::Test {
 protected:
  void open(std::size_t max_size, const std::string& policy = "lru") {
    cache_ = makeMemoryCache(max_size, clock_, policy);
  }

  EntryPtr find(const Key& key) {
    EntryPtr found;
    cache_->find({&key, 1}, {&found, 1});
    return found;
  }
  bool has(const Key& key) { return find(key) != nullptr; }
  void keep(const Keep& item) { cache_->store({&item, 1}); }
  void store(const Key& key, std::size_t size, Millis lifetime = kForever) {
    keep({key, conformance::makeEntry(key, std::string(size, 'x')), lifetime});
  }
  bool erase(const Key& key) { return cache_->erase({&key, 1}) == 1; }
  CacheStats stats() const { return cache_->stats(); }

  FakeClock clock_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace forage::test
