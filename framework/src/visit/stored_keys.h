// The keys of what stands beside the key of a URL, and entries under them. Pure; thread-safe.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "forage/entry.h"
#include "forage/message.h"

namespace forage::visit {

/// Of a variant that another one has displaced.
[[nodiscard]] inline Key variantKey(const Key& base, std::string_view variant) {
  return base + "#" + std::string(variant);
}

/// Of what is stored of a URL that is not there as a whole.
[[nodiscard]] inline Key partKey(const Key& base) { return base + "#part"; }

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
