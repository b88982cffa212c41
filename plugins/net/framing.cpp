#include "net/framing.h"

#include <algorithm>

#include "net/text_scan.h"

namespace forage::net {

namespace {

/// Equality of `value` with `lower` in any case.
bool isValue(std::string_view value, std::string_view lower) noexcept {
  const auto toLower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  };
  return value.size() == lower.size() &&
         std::equal(value.begin(), value.end(), lower.begin(),
                    [&](char a, char b) { return toLower(a) == b; });
}

bool isKeepAlive(std::string_view value) noexcept {
  constexpr std::string_view kKeepAlive = "keep-alive";
  return value.size() == kKeepAlive.size() && detail::isWord(value.data(), "keep-alive");
}

/// 1*DIGIT without overflow: no sign, no white space (RFC 9112, section 6.3).
std::optional<std::uint64_t> parseLength(std::string_view digits) noexcept {
  if (digits.empty()) return std::nullopt;
  std::uint64_t length = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (__builtin_mul_overflow(length, std::uint64_t{10}, &length)) return std::nullopt;
    if (__builtin_add_overflow(length, digit, &length)) return std::nullopt;
  }
  return length;
}

/// Calls `take` for each element of a list, without blanks around it; empty ones included.
template <typename Take>
const char* forEachElement(std::string_view list, Take take) {
  for (;;) {
    const std::size_t comma = list.find(',');
    if (const char* wrong = take(trimmed(list.substr(0, comma)))) return wrong;
    if (comma == std::string_view::npos) return nullptr;
    list.remove_prefix(comma + 1);
  }
}

/// Equal lengths, in a list or in several fields, are one; others are refused (RFC 9112, section
/// 6.3, item 5), as is one beside Transfer-Encoding (section 6.1).
const char* takeLength(Framing& framing, std::string_view value) {
  if (framing.chunked) return "Content-Length with Transfer-Encoding";
  const auto take = [&framing](std::string_view element) -> const char* {
    const std::optional<std::uint64_t> length = parseLength(element);
    if (!length) return "bad Content-Length";
    if (framing.length && *framing.length != *length) return "two values of Content-Length";
    framing.length = length;
    return nullptr;
  };
  return take(value) == nullptr ? nullptr : forEachElement(value, take);
}

/// No other coding was asked for (RFC 9112, section 7.4), and none may come twice (section 7).
const char* takeCoding(Framing& framing, std::string_view value) {
  if (framing.chunked || !isValue(value, "chunked")) return "unsupported Transfer-Encoding";
  if (framing.length) return "Transfer-Encoding with Content-Length";
  framing.chunked = true;
  return nullptr;
}

/// RFC 9112, section 9.3, and RFC 9110, sections 7.6.1 and 5.6.1: empty elements are passed over.
const char* takeConnection(Framing& framing, std::string_view value) {
  if (isKeepAlive(value)) {  // alone, as most servers write it
    framing.keeps_alive = true;
    return nullptr;
  }
  return forEachElement(value, [&](std::string_view option) -> const char* {
    if (option.empty()) return nullptr;
    if (!isToken(option)) return "bad Connection";
    if (isValue(option, "close")) framing.closes = true;
    if (isKeepAlive(option)) framing.keeps_alive = true;
    return nullptr;
  });
}

}  // namespace

const char* Framing::take(KnownField field, std::string_view value) noexcept {
  switch (field) {
    case KnownField::kContentLength:
      return takeLength(*this, value);
    case KnownField::kTransferEncoding:
      return takeCoding(*this, value);
    case KnownField::kConnection:
      return takeConnection(*this, value);
    case KnownField::kForageEntry:
    case KnownField::kNone:
      return nullptr;
  }
  return nullptr;
}

}  // namespace forage::net
