// The scans over text: each byte at each place, so that what is taken sixteen at a time is what is
// taken one by one.
#include "net/text_scan.h"

#include <gtest/gtest.h>

#include <cctype>
#include <memory>
#include <string>
#include <string_view>

namespace forage::net {
namespace {

constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";

bool mayBeInToken(unsigned c) {
  const char byte = static_cast<char>(c);
  return c < 0x80 && (std::isalnum(static_cast<int>(c)) != 0 ||
                      (c != 0 && kMarks.find(byte) != std::string_view::npos));
}

bool mayBeInText(unsigned c) { return c == '\t' || (c >= 0x20 && c != 0x7f); }

/// On the heap and of just that size, where a sanitizer sees what is read beyond it.
std::size_t skipped(const char* (*skip)(const char*, const char*) noexcept, std::string_view text) {
  const auto copy = std::make_unique<char[]>(text.size());
  text.copy(copy.get(), text.size());
  return static_cast<std::size_t>(skip(copy.get(), copy.get() + text.size()) - copy.get());
}

TEST(TextScan, StopsAtEachByteThatMayNotStandThereWhereverItIs) {
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (unsigned c = 0; c < 256; ++c) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(c);
        ASSERT_EQ(skipped(skipToken, text), mayBeInToken(c) ? size : at) << c << " at " << at;
        ASSERT_EQ(skipped(skipText, text), mayBeInText(c) ? size : at) << c << " at " << at;
      }
    }
  }
}

TEST(TextScan, ReadsNothingOfNothing) {
  EXPECT_EQ(skipped(skipToken, ""), 0u);
  EXPECT_EQ(skipped(skipText, ""), 0u);
  EXPECT_FALSE(isToken(""));
  EXPECT_TRUE(isText(""));
}

TEST(TextScan, TrimsBlanksOnly) {
  EXPECT_EQ(trimmed(" \t a b\t "), "a b");
  EXPECT_EQ(trimmed(" \t "), "");
  EXPECT_EQ(trimmed("\ra\n"), "\ra\n");
}

}  // namespace
}  // namespace forage::net
