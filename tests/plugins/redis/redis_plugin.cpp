#include "redis_plugin.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "forage/entry.h"
#include "forage/error.h"
#include "support/plugin_library.h"

namespace forage::test {

std::unique_ptr<Cache> makeRedis(const std::string& url, const Clock& clock,
                                 const Options& options) {
  Settings::Values values;
  values["connect_timeout"].data = std::string("20s");
  values["command_timeout"].data = std::string("20s");
  values["url"].data = url;
  for (const auto& [key, data] : options) values[key].data = data;
  return loadPlugin("redis").make_cache(Settings("cache.redis", std::move(values)), {clock});
}

EntryPtr entryOf(const Key& key, std::string body) {
  Response response;
  response.status = 200;
  response.reason = "OK";
  response.headers.add("Content-Type", "text/html");
  response.headers.add("ETag", "\"v1\"");
  response.body = std::move(body);
  const WallTime now{Millis(1'700'000'000'000)};
  return std::make_shared<const Entry>(key, std::move(response), now, now, WallTime::max());
}

std::vector<Key> keysOf(std::size_t n) {
  std::vector<Key> keys;
  for (std::size_t i = 0; i < n; ++i) keys.push_back("url:http://example.com/" + std::to_string(i));
  return keys;
}

std::string bytesOf(std::size_t size, unsigned seed) {
  std::string bytes(size, '\0');
  std::uint64_t state = seed;
  for (std::size_t i = 0; i < size; i += sizeof state) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    std::memcpy(bytes.data() + i, &state, std::min(sizeof state, size - i));
  }
  return bytes;
}

std::string storedForm(const Entry& entry) {
  return encodeEntryHead(entry) + std::string(entry.body());
}

void keep(Cache& cache, const Key& key, std::string body, Millis lifetime) {
  const Keep item{key, entryOf(key, std::move(body)), lifetime};
  cache.store({&item, 1});
}

std::optional<std::string> lookUp(Cache& cache, const Key& key) {
  EntryPtr found;
  cache.find({&key, 1}, {&found, 1});
  if (!found) return std::nullopt;
  EXPECT_EQ(found->key(), key);
  return std::string(found->body());
}

std::string errorOfFind(Cache& cache, const Key& key) {
  try {
    (void)lookUp(cache, key);
  } catch (const CacheError& error) {
    return error.message();
  }
  return {};
}

std::string errorOfStore(Cache& cache, const Key& key) {
  try {
    keep(cache, key, "body");
  } catch (const CacheError& error) {
    return error.message();
  }
  return {};
}

std::uint64_t counter(const Cache& cache, std::string_view name) {
  for (const auto& [key, value] : cache.stats().more) {
    if (key == name) return value;
  }
  ADD_FAILURE() << "no counter " << name;
  return 0;
}

}  // namespace forage::test
