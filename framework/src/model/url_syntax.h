// The syntax of URLs behind forage::Url: a recogniser for URLs that are canonical already, and the
// long way for all others. What both accept they must agree on (tests/unit/url checks it). Pure
// functions; thread-safe. They throw nothing but bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forage::url {

/// No URL is longer, neither as given nor in canonical form.
inline constexpr std::size_t kMaxBytes = 64u << 10;

/// Where the parts of a canonical URL are.
struct Layout {
  std::uint32_t authority_begin = 0;
  std::uint32_t host_end = 0;
  std::uint32_t authority_end = 0;  ///< where the target begins
  std::uint16_t port = 0;
  bool https = false;

  friend bool operator==(const Layout&, const Layout&) = default;
};

struct Canonical {
  std::string text;
  std::string user_info;
  Layout layout;
};

/// The layout of `text` if it is canonical as it stands and has a host name or IPv4 address;
/// nothing for all else. One pass, no allocation.
[[nodiscard]] std::optional<Layout> recognise(std::string_view text) noexcept;

/// True if all of `text` from `at` on is a canonical path and query.
[[nodiscard]] bool isCanonicalTarget(std::string_view text, std::size_t at) noexcept;

/// Brings any http or https URL into canonical form. On failure returns nothing and says why.
[[nodiscard]] std::optional<Canonical> canonicalise(std::string_view text, std::string& why);

/// `text` without white space around it and without its fragment. On failure (a control character,
/// too long, empty) returns nothing and says why. Returns a view of `text`.
[[nodiscard]] std::optional<std::string_view> trimmed(std::string_view text, std::string& why);

/// The scheme that `reference` begins with, without its colon; "" for a relative reference.
[[nodiscard]] std::string_view schemeOf(std::string_view reference) noexcept;

/// `path` (or `query`, without its question mark) with all bytes percent-encoded that may not stand
/// there, and '%' where no two hexadecimal digits follow. '[' and ']' stay in a query, though RFC
/// 3986 has no place for them: every browser and curl send them so, and servers read lists from
/// them.
[[nodiscard]] std::string encodedPath(std::string_view path);
[[nodiscard]] std::string encodedQuery(std::string_view query);

/// RFC 3986, section 5.2.4, for a path that begins with '/'. "%2e" is no dot: percent-encodings are
/// the user's.
[[nodiscard]] std::string withoutDotSegments(std::string_view path);

}  // namespace forage::url
