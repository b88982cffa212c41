// Which bytes may stand where in an HTTP/1 message, and scans over those that may: 16 at a time
// where the processor has SSE2, one by one at the end of the bytes and elsewhere. Nothing is read
// beyond `end`. Pure.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace forage::net {

using ByteSet = std::array<bool, 256>;

/// tchar (RFC 9110, section 5.6.2).
inline constexpr ByteSet kTokenBytes = [] {
  ByteSet set{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    set[static_cast<unsigned char>(c)] = true;
  }
  return set;
}();

/// What a field value (RFC 9110, section 5.5) and a reason phrase may hold: all but controls.
inline constexpr ByteSet kTextBytes = [] {
  ByteSet set{};
  for (std::size_t c = 0; c < set.size(); ++c) set[c] = (c >= 0x20 && c != 0x7f) || c == '\t';
  return set;
}();

constexpr bool isBlank(char c) noexcept { return c == ' ' || c == '\t'; }

constexpr bool isIn(const ByteSet& set, char c) noexcept {
  return set[static_cast<unsigned char>(c)];
}

#if defined(__SSE2__)
namespace detail {

inline __m128i load(const char* p) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

/// Letters and '-': of what most field names are made. A bit for each byte.
inline unsigned plainNameBytes(const char* p) noexcept {
  const __m128i bytes = load(p);
  // Moves the letters to the lowest signed values.
  const __m128i moved =
      _mm_add_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('\x1f'));
  const __m128i letters = _mm_cmplt_epi8(moved, _mm_set1_epi8(-128 + 26));
  const __m128i hyphens = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(letters, hyphens)));
}

/// What is printed of ASCII, and the space: of what most values are made. A bit for each byte.
inline unsigned plainTextBytes(const char* p) noexcept {
  const __m128i moved = _mm_add_epi8(load(p), _mm_set1_epi8(1));  // 0x7f becomes negative
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpgt_epi8(moved, _mm_set1_epi8(0x20))));
}

/// The first byte that `maskOf` does not know, or one after `last`. REQUIRES: 16 bytes at `last`.
template <unsigned (*maskOf)(const char*) noexcept>
inline const char* skipBlocks(const char* p, const char* last) noexcept {
  for (; p <= last; p += 16) {
    const unsigned known = maskOf(p);
    if (known != 0xffffu) return p + static_cast<unsigned>(std::countr_one(known));
  }
  return p;
}

}  // namespace detail
#endif

inline constexpr std::ptrdiff_t kScanBlock = 16;

/// Skips tchars, if not all; stops soon after `last`. REQUIRES: kScanBlock bytes at `last`.
inline const char* skipPlainName(const char* p, [[maybe_unused]] const char* last) noexcept {
#if defined(__SSE2__)
  p = detail::skipBlocks<detail::plainNameBytes>(p, last);
#endif
  return p;
}

/// Likewise for bytes of text.
inline const char* skipPlainText(const char* p, [[maybe_unused]] const char* last) noexcept {
#if defined(__SSE2__)
  p = detail::skipBlocks<detail::plainTextBytes>(p, last);
#endif
  return p;
}

/// The first byte that is no tchar, or `end`.
inline const char* skipToken(const char* p, const char* end) noexcept {
  if (end - p >= kScanBlock) p = skipPlainName(p, end - kScanBlock);
  while (p != end && isIn(kTokenBytes, *p)) ++p;
  return p;
}

/// The first byte that is a control other than a tab, or `end`.
inline const char* skipText(const char* p, const char* end) noexcept {
  if (end - p >= kScanBlock) p = skipPlainText(p, end - kScanBlock);
  while (p != end && isIn(kTextBytes, *p)) ++p;
  return p;
}

inline bool isToken(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  return !text.empty() && skipToken(text.data(), end) == end;
}

inline bool isText(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  return skipText(text.data(), end) == end;
}

/// Without blanks at both ends.
inline std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace forage::net
