// Which of a cluster's 16,384 slots a key belongs to (Redis cluster specification, "Key
// distribution model"). Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

namespace forage::redis {

inline constexpr std::uint16_t kSlots = 16'384;

/// CRC-16 as XMODEM has it: polynomial 0x1021, from zero, nothing reflected.
[[nodiscard]] std::uint16_t crc16(std::string_view bytes) noexcept;

/// Of the part of `key` between its first '{' and the next '}', unless there is none or it is
/// empty: of the whole key then.
[[nodiscard]] std::uint16_t slotOf(std::string_view key) noexcept;

}  // namespace forage::redis
