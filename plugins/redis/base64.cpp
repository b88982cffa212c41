#include "base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace forage::redis {

namespace {

constexpr std::uint32_t kNone = 64;

constexpr std::array<std::uint8_t, 256> makeValues() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr std::array<std::uint8_t, 256> kValues = makeValues();

}  // namespace

std::optional<std::string> decodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint32_t value = kValues[static_cast<unsigned char>(text[i])];
    if (value == kNone) return std::nullopt;
    group = (group << 6 | value) & 0xffffff;
    // The second, third and fourth character of each four complete a byte.
    const std::size_t spare = 6 - i % 4 * 2;
    if (i % 4 != 0) bytes += static_cast<char>(group >> spare & 0xff);
  }
  const std::uint32_t rest = padding == 2 ? group & 0xf : padding == 1 ? group & 0x3 : 0;
  if (rest != 0) return std::nullopt;
  return bytes;
}

}  // namespace forage::redis
