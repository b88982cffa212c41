#include "hash_slot.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace forage::redis {
namespace {

// Bit by bit, as CRC-16/XMODEM is defined.
std::uint16_t byDefinition(const std::string& bytes) {
  std::uint32_t remainder = 0;
  for (const char byte : bytes) {
    for (int bit = 7; bit >= 0; --bit) {
      const std::uint32_t in = (static_cast<unsigned char>(byte) >> bit) & 1U;
      const std::uint32_t out = (remainder >> 15) & 1U;
      remainder = (remainder << 1) & 0xffffU;
      if (in != out) remainder ^= 0x1021U;
    }
  }
  return static_cast<std::uint16_t>(remainder);
}

TEST(HashSlot, IsTheCrcOfXmodem) {
  EXPECT_EQ(crc16("123456789"), 0x31C3);
  EXPECT_EQ(crc16(""), 0);
  std::mt19937 random(1);
  for (std::size_t size = 1; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_EQ(crc16(bytes), byDefinition(bytes)) << size;
  }
}

TEST(HashSlot, IsBelowTheNumberOfSlots) {
  EXPECT_EQ(slotOf("123456789"), 0x31C3 % 16384);
  EXPECT_EQ(slotOf(""), 0);
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "url:http://example.com/" + std::to_string(i);
    EXPECT_EQ(slotOf(key), byDefinition(key) % 16384);
  }
}

TEST(HashSlot, CountsOnlyTheTagBetweenBraces) {
  const std::uint16_t tag = slotOf("tag");
  EXPECT_EQ(slotOf("{tag}"), tag);
  EXPECT_EQ(slotOf("url:http://h/{tag}/1"), tag);
  EXPECT_EQ(slotOf("url:http://h/{tag}/2{other}"), tag);
  EXPECT_EQ(slotOf("}{tag}"), tag);
  EXPECT_EQ(slotOf("{{tag}}"), slotOf("{tag"));
  EXPECT_EQ(slotOf(std::string("{a\0b}", 5)), slotOf(std::string("a\0b", 3)));
}

TEST(HashSlot, CountsTheWholeKeyWithoutATag) {
  for (const std::string key :
       {"url:http://h/{}tag{x}", "url:http://h/{tag", "tag}", "}tag{", "{"}) {
    EXPECT_EQ(slotOf(key), byDefinition(key) % 16384) << key;
  }
}

}  // namespace
}  // namespace forage::redis
