#include "forage/json_text.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace forage {

namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080u;
constexpr std::uint64_t kOnes = 0x0101010101010101u;

std::uint64_t loadWord(const char* at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Non-zero when a byte of `word` equals `byte`.
constexpr std::uint64_t hasByte(std::uint64_t word, unsigned char byte) noexcept {
  const std::uint64_t difference = word ^ (kOnes * byte);
  return (difference - kOnes) & ~difference & kHighBits;
}

/// Non-zero when a byte of `word` must be escaped: below 0x20, '"' or '\\'.
constexpr std::uint64_t mustEscape(std::uint64_t word) noexcept {
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighBits;
  return control | hasByte(word, '"') | hasByte(word, '\\');
}

constexpr bool isPlain(unsigned char byte) noexcept {
  return byte >= 0x20 && byte != '"' && byte != '\\';
}

std::size_t plainPrefix(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at + 8 <= text.size() && mustEscape(loadWord(text.data() + at)) == 0) at += 8;
  while (at < text.size() && isPlain(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

void appendEscape(std::string& out, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
  }
}

/// Length of the UTF-8 sequence at the start of `text`, whose first byte is not ASCII; 0 when it is
/// not well-formed.
std::size_t sequenceLength(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(0);
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
    if (first == 0xED && byte(1) > 0x9F) return 0;  // surrogate
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;  // overlong
    if (first == 0xF4 && byte(1) > 0x8F) return 0;  // beyond U+10FFFF
    return 4;
  }
  return 0;
}

}  // namespace

std::size_t utf8Prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    while (at + 8 <= text.size() && (loadWord(text.data() + at) & kHighBits) == 0) at += 8;
    if (at >= text.size()) break;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = sequenceLength(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

void appendEscaped(std::string& out, std::string_view text) {
  while (true) {
    const std::size_t plain = plainPrefix(text);
    out.append(text.substr(0, plain));
    if (plain == text.size()) return;
    appendEscape(out, static_cast<unsigned char>(text[plain]));
    text.remove_prefix(plain + 1);
  }
}

void appendJsonString(std::string& out, std::string_view text) {
  out += '"';
  while (true) {
    const std::size_t valid = utf8Prefix(text);
    appendEscaped(out, text.substr(0, valid));
    if (valid == text.size()) break;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(valid + 1);
  }
  out += '"';
}

void appendBase64(std::string& out, std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return static_cast<unsigned char>(bytes[i]);
  };
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3) {
    const std::uint32_t group = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    const std::array digits{kAlphabet[group >> 18], kAlphabet[group >> 12 & 63],
                            kAlphabet[group >> 6 & 63], kAlphabet[group & 63]};
    out.append(digits.data(), digits.size());
  }
  const std::size_t rest = bytes.size() - at;
  if (rest == 0) return;
  const std::uint32_t group = byte(at) << 16 | (rest == 2 ? byte(at + 1) << 8 : 0u);
  out += kAlphabet[group >> 18];
  out += kAlphabet[group >> 12 & 63];
  out += rest == 2 ? kAlphabet[group >> 6 & 63] : '=';
  out += '=';
}

std::optional<std::string> decodeBase64(std::string_view text) {
  while (!text.empty() && text.size() % 4 == 0 && text.back() == '=') {
    text.remove_suffix(text.ends_with("==") ? 2 : 1);
  }
  const auto valueOf = [](char c) -> int {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const int value = valueOf(c);
    if (value < 0) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xff);
  }
  // Bits that belong to no byte are zero (RFC 4648, section 3.5): one text for each bytes.
  if ((group & ((1u << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace forage
