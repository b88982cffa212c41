// What the programs here measure with: numbers as popular as Zipf's law makes them, keys of 64
// bytes, and the memory cache itself, loaded as the host loads it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "forage/cache.h"
#include "support/plugin_library.h"

namespace forage::bench {

/// Draws numbers below `count`: the most popular is drawn twice as often as the second where
/// `exponent` is 1. Which numbers are popular is shuffled, the same way each time.
class Zipf {
 public:
  Zipf(std::size_t count, double exponent) : sums_(count), numbers_(count) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      sums_[i] = sum += std::pow(static_cast<double>(i + 1), -exponent);
    }
    std::iota(numbers_.begin(), numbers_.end(), 0u);
    std::shuffle(numbers_.begin(), numbers_.end(), std::mt19937_64(1));
  }

  [[nodiscard]] std::uint32_t draw(std::mt19937_64& random) const {
    const double at = std::uniform_real_distribution<double>(0, sums_.back())(random);
    const auto rank = std::lower_bound(sums_.begin(), sums_.end(), at) - sums_.begin();
    return numbers_[std::min(static_cast<std::size_t>(rank), numbers_.size() - 1)];
  }

 private:
  std::vector<double> sums_;
  std::vector<std::uint32_t> numbers_;
};

/// A key of 64 bytes.
inline Key keyOf(std::uint64_t number) {
  Key key = "url:https://www.example.com/catalogue/of/all/pages/";
  const std::string digits = std::to_string(number);
  key.append(64 - key.size() - digits.size(), '0').append(digits);
  return key;
}

inline EntryPtr makeEntry(const Key& key, std::size_t body) {
  Response response;
  response.status = 200;
  response.reason = "OK";
  response.body.assign(body, 'x');
  return std::make_shared<const Entry>(key, std::move(response), WallTime{}, WallTime{},
                                       WallTime::max());
}

/// The memory cache. `policy` is as in its option of that name; empty: the default.
inline std::unique_ptr<Cache> makeMemoryCache(std::size_t max_size, const std::string& policy,
                                              const Clock& clock) {
  Settings::Values values;
  values["max_size"] = {static_cast<std::int64_t>(max_size), ""};
  if (!policy.empty()) values["policy"] = {policy, ""};
  return test::loadPlugin("memory").make_cache(Settings("cache.memory", std::move(values)),
                                               {clock});
}

}  // namespace forage::bench
