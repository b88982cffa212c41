#include "cache/entry_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "entries.h"

namespace forage::app {
namespace {

using testing::HasSubstr;
using Args = std::vector<std::string>;

EntryFilter filterOf(const Args& args) {
  CommandLine line("forage cache ls", "[PATTERN]", "", "");
  addFilterOptions(line);
  const Arguments arguments = line.parse(args);
  return {arguments, patternOf(arguments, 0, "ls [PATTERN]"), "url:"};
}

bool takes(const Args& args, const EntrySpec& spec) {
  return filterOf(args).matches(Seen(spec).view);
}

std::string complaint(const Args& args) {
  try {
    static_cast<void>(filterOf(args));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(EntryFilter, WithoutAnythingTakesEverything) {
  EXPECT_TRUE(filterOf({}).isEmpty());
  EXPECT_TRUE(takes({}, {}));
  EXPECT_FALSE(filterOf({"h"}).isEmpty());
  EXPECT_FALSE(filterOf({"--status", "200"}).isEmpty());
}

TEST(EntryFilter, ChoosesByStatusOrClassAnyOfThem) {
  EXPECT_TRUE(takes({"--status", "404"}, {.status = 404}));
  EXPECT_FALSE(takes({"--status", "404"}, {.status = 403}));
  EXPECT_TRUE(takes({"--status", "4xx"}, {.status = 403}));
  EXPECT_FALSE(takes({"--status", "4XX"}, {.status = 500}));
  EXPECT_TRUE(takes({"--status", "404", "--status", "5xx"}, {.status = 503}));
}

TEST(EntryFilter, ChoosesByAge) {
  const EntrySpec hour{.age = std::chrono::hours(1)};
  EXPECT_TRUE(takes({"--older-than", "59m"}, hour));
  EXPECT_FALSE(takes({"--older-than", "1h"}, hour));
  EXPECT_TRUE(takes({"--newer-than", "61m"}, hour));
  EXPECT_FALSE(takes({"--newer-than", "1h"}, hour));
}

TEST(EntryFilter, ChoosesBySize) {
  const EntrySpec kilobyte{.body = std::string(1024, 'x')};
  EXPECT_TRUE(takes({"--larger-than", "1023"}, kilobyte));
  EXPECT_FALSE(takes({"--larger-than", "1KiB"}, kilobyte));
  EXPECT_TRUE(takes({"--smaller-than", "2KiB"}, kilobyte));
  EXPECT_FALSE(takes({"--smaller-than", "1KiB"}, kilobyte));
}

TEST(EntryFilter, ChoosesByMediaTypeWithoutParametersAndCase) {
  const EntrySpec page{.headers = "content-type: Text/HTML ; charset=utf-8\r\n"};
  EXPECT_TRUE(takes({"--type", "text/html"}, page));
  EXPECT_TRUE(takes({"--type", "TEXT/*"}, page));
  EXPECT_TRUE(takes({"--type", "html"}, page));
  EXPECT_FALSE(takes({"--type", "image/*"}, page));
  EXPECT_FALSE(takes({"--type", "utf-8"}, page));
  EXPECT_FALSE(takes({"--type", "html"}, {.headers = ""}));
}

TEST(EntryFilter, WantsAllOfWhatIsGiven) {
  const Args args{"http://h/*", "--status", "200", "--larger-than", "3"};
  EXPECT_TRUE(takes(args, {}));
  EXPECT_FALSE(takes(args, {.key = "url:http://other/"}));
  EXPECT_FALSE(takes(args, {.status = 404}));
  EXPECT_FALSE(takes(args, {.body = "x"}));
}

TEST(EntryFilter, JudgesAKeyByItsUrl) {
  EXPECT_TRUE(filterOf({"*.pdf"}).matchesKey("url:http://h/a.pdf"));
  EXPECT_FALSE(filterOf({"*.pdf"}).matchesKey("url:http://h/a.pdfx"));
  EXPECT_FALSE(filterOf({}).matchesKey("other:http://h/a.pdf"));
}

TEST(EntryFilter, SaysWhatAnOptionWants) {
  for (const char* status : {"", "4", "99", "4x", "xxx", "4xxx", "0xx", "6xx", "9xx", "-404", "40x"}) {
    EXPECT_THAT(complaint({"--status=" + std::string(status)}), HasSubstr("--status")) << status;
  }
  EXPECT_THAT(complaint({"--older-than", "soon"}), HasSubstr("wants a duration such as"));
  EXPECT_THAT(complaint({"--newer-than", "never"}), HasSubstr("wants a duration such as"));
  EXPECT_THAT(complaint({"--larger-than", "big"}), HasSubstr("wants a size such as"));
  EXPECT_THAT(complaint({"a", "b"}), HasSubstr("one PATTERN at most"));
}

}  // namespace
}  // namespace forage::app
