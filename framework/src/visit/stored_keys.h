// The keys of what stands beside the key of a URL, and entries under them. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "forage/cache_key.h"
#include "forage/entry.h"
#include "forage/message.h"

namespace forage::visit {

/// Of a variant that another one has displaced.
[[nodiscard]] inline Key variantKey(const Key& base, std::string_view variant) {
  return base + "#" + std::string(variant);
}

/// Of what is stored of a URL that is not there as a whole.
[[nodiscard]] inline Key partKey(const Key& base) { return base + "#part"; }

/// Of the answer to a HEAD, where the URL is not there as a page.
[[nodiscard]] inline Key headKey(const Key& base) { return base + std::string(kHeadSuffix); }

/// Of a robots.txt that was asked for by nobody's list: kept for a day, whatever it says of that.
[[nodiscard]] inline Key robotsKey(const Key& base) { return base + "#robots"; }

/// `key` of a URL without the digest of what its request carries; "" where it has none.
[[nodiscard]] inline std::string_view withoutDigest(std::string_view key) noexcept {
  constexpr std::size_t kDigest = 33;  // '#' and hexadecimal digits
  if (key.size() <= kDigest || key[key.size() - kDigest] != '#') return {};
  return key.substr(0, key.size() - kDigest);
}

/// `entry` under another key, with the body that it has.
[[nodiscard]] inline EntryPtr underKey(const Key& key, const EntryPtr& entry) {
  Response head;
  head.status = entry->status();
  head.reason = entry->reason();
  head.headers = Headers(std::string(entry->headers().block()));
  return std::make_shared<const Entry>(key, std::move(head), entry, entry->requested(),
                                       entry->received(), entry->expires(), entry->variant());
}

}  // namespace forage::visit
