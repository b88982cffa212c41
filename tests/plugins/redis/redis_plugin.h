// The Redis cache through its real shared object, and entries to keep in it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forage/cache.h"
#include "forage/clock.h"
#include "forage/plugin.h"
#include "support/fake_clock.h"

namespace forage::test {

/// Options as a job file would give them.
using Options = std::map<std::string, decltype(Settings::Value::data)>;

/// A cache at `url`. Timeouts are long unless `options` say otherwise. `clock` outlives it.
[[nodiscard]] std::unique_ptr<Cache> makeRedis(const std::string& url, const Clock& clock,
                                               const Options& options = {});

[[nodiscard]] EntryPtr entryOf(const Key& key, std::string body);
/// `n` keys "url:http://example.com/0" and so on.
[[nodiscard]] std::vector<Key> keysOf(std::size_t n);
/// Any bytes, other ones for each `seed`.
[[nodiscard]] std::string bytesOf(std::size_t size, unsigned seed = 0);
/// The stored form: what Redis holds for `entry`.
[[nodiscard]] std::string storedForm(const Entry& entry);

void keep(Cache& cache, const Key& key, std::string body, Millis lifetime = kForever);
/// The body under `key`; nothing for a miss.
[[nodiscard]] std::optional<std::string> lookUp(Cache& cache, const Key& key);
/// The message of the CacheError that a look-up ends with; "" when it ends with none.
[[nodiscard]] std::string errorOfFind(Cache& cache, const Key& key = "url:http://example.com/");
[[nodiscard]] std::string errorOfStore(Cache& cache, const Key& key = "url:http://example.com/");
/// One of the counters of this cache alone.
[[nodiscard]] std::uint64_t counter(const Cache& cache, std::string_view name);

}  // namespace forage::test
