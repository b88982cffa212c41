// Framing: what the few fields that matter to a reader say of where a response ends and of what
// becomes of its connection. Ambiguity is refused, never resolved (RFC 9112, sections 6.3
// and 11.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace forage::net {

enum class KnownField : std::uint8_t {
  kNone,  ///< any other
  kContentLength,
  kTransferEncoding,
  kConnection,
  kForageEntry,  ///< ours alone: dropped from what strangers send
};

struct Framing {
  std::optional<std::uint64_t> length;  ///< Content-Length
  bool chunked = false;
  bool closes = false;       ///< Connection: close
  bool keeps_alive = false;  ///< Connection: keep-alive

  /// Takes the value of a field in; returns what is wrong with it, or null.
  [[nodiscard]] const char* take(KnownField field, std::string_view value) noexcept;
};

namespace detail {

/// True if `word`, of just as many bytes as `lower` has characters, is that one in any case.
/// REQUIRES: no controls but tabs; `lower` of letters and hyphens. Of other bytes only a capital
/// becomes a letter, and none a hyphen, by the bit 0x20.
template <std::size_t size>
bool isWord(const char* word, const char (&lower)[size]) noexcept {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::size_t kLength = size - 1;
  static_assert(kLength >= kWord);
  std::uint64_t differences = 0;
  for (std::size_t at = 0; at < kLength; at += kWord) {
    const std::size_t from = at + kWord <= kLength ? at : kLength - kWord;
    std::uint64_t a;
    std::uint64_t b;
    std::memcpy(&a, word + from, kWord);
    std::memcpy(&b, lower + from, kWord);
    differences |= (a | 0x2020202020202020u) ^ b;
  }
  return differences == 0;
}

}  // namespace detail

/// Which field `name` is. REQUIRES: token bytes only.
inline KnownField knownField(std::string_view name) noexcept {
  using detail::isWord;
  const char* const p = name.data();
  const auto first = [p] { return static_cast<char>(*p | 0x20); };
  switch (name.size()) {
    case 10:
      return first() == 'c' && isWord(p, "connection") ? KnownField::kConnection
                                                       : KnownField::kNone;
    case 12:
      return first() == 'f' && isWord(p, "forage-entry") ? KnownField::kForageEntry
                                                         : KnownField::kNone;
    case 14:
      return first() == 'c' && isWord(p, "content-length") ? KnownField::kContentLength
                                                           : KnownField::kNone;
    case 17:
      return first() == 't' && isWord(p, "transfer-encoding") ? KnownField::kTransferEncoding
                                                              : KnownField::kNone;
    default:
      return KnownField::kNone;
  }
}

}  // namespace forage::net
