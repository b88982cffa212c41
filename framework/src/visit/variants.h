// Names of variants (Entry::variant()). A response with Vary is "DIGEST.GENERATION": of the request
// fields that it names, and of the time since an invalidation. One without Vary, of a URL of which
// others have it, is the default, ".GENERATION.NAME.NAME": it answers whoever no fresh response
// with Vary answers, and knows which fields those name (RFC 9111, section 4.1). Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "forage/entry.h"
#include "forage/message.h"

namespace forage::visit {

[[nodiscard]] constexpr std::string_view digestOf(std::string_view variant) noexcept {
  return variant.substr(0, variant.find('.'));
}

[[nodiscard]] constexpr std::string_view generationOf(std::string_view variant) noexcept {
  const std::size_t dot = variant.find('.');
  if (dot == std::string_view::npos) return {};
  variant.remove_prefix(dot + 1);
  return variant.substr(0, variant.find('.'));
}

[[nodiscard]] inline bool isDefault(const Entry& entry) noexcept {
  return entry.variant().starts_with('.');
}

/// What selects among the variants of which `entry` is one: its Vary, or that of the others.
[[nodiscard]] Headers varyOf(const Entry& entry);

/// The default beside `other`; "" where that does not vary, or with what names cannot tell.
[[nodiscard]] std::string defaultBeside(const Entry& other);

}  // namespace forage::visit
