#include "hash_slot.h"

#include <array>
#include <cstddef>

namespace forage::redis {

namespace {

using Table = std::array<std::uint16_t, 256>;

constexpr Table makeTable() {
  constexpr unsigned kPolynomial = 0x1021;
  Table table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    unsigned remainder = byte << 8;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder << 1) ^ ((remainder & 0x8000U) != 0 ? kPolynomial : 0U);
    }
    table[byte] = static_cast<std::uint16_t>(remainder);
  }
  return table;
}

constexpr Table kTable = makeTable();

std::string_view hashedPart(std::string_view key) noexcept {
  const std::size_t open = key.find('{');
  if (open == std::string_view::npos) return key;
  const std::size_t close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

}  // namespace

std::uint16_t crc16(std::string_view bytes) noexcept {
  std::uint16_t remainder = 0;
  for (const char byte : bytes) {
    const unsigned index = (remainder >> 8) ^ static_cast<unsigned char>(byte);
    remainder = static_cast<std::uint16_t>((remainder << 8) ^ kTable[index]);
  }
  return remainder;
}

std::uint16_t slotOf(std::string_view key) noexcept {
  return static_cast<std::uint16_t>(crc16(hashedPart(key)) % kSlots);
}

}  // namespace forage::redis
