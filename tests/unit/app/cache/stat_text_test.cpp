#include "cache/stat_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "entries.h"

namespace forage::app {
namespace {

using testing::HasSubstr;

TEST(Tally, AddsUp) {
  Tally tally;
  tally.add(Seen({.body = "12345"}).view);
  tally.add(Seen({.key = "url:http://i:8080/x", .status = 404, .headers = "", .age = Millis(0)},
                 Millis(1))
                .view);
  tally.add(Seen({.key = "url:sha256:00", .expires = kNow}).view);
  EXPECT_EQ(tally.total().entries, 3u);
  EXPECT_EQ(tally.total().bytes, 13u);
  EXPECT_EQ(tally.forever().entries, 1u);
  EXPECT_EQ(tally.expired().entries, 1u);
  EXPECT_EQ(tally.newest(), kNow);
  EXPECT_EQ(tally.oldest(), kNow - std::chrono::hours(1));
  ASSERT_EQ(tally.statusClasses().size(), 2u);
  EXPECT_EQ(tally.statusClasses()[0].name, "2xx");
  EXPECT_EQ(tally.statusClasses()[0].amount.entries, 2u);
  ASSERT_EQ(tally.topTypes(1).size(), 1u) << "the most first";
  EXPECT_EQ(tally.topTypes(1)[0].name, "text/html");
  ASSERT_EQ(tally.topHosts(10).size(), 3u);
  EXPECT_EQ(tally.topHosts(10)[0].name, "(digests of long URLs)");
  EXPECT_EQ(tally.topHosts(10)[2].name, "i:8080");
}

TEST(Tally, IsBoundedHoweverManyHostsThereAre) {
  Tally tally;
  const Seen seen({});
  for (int i = 0; i < 150'000; ++i) {
    const std::string url = "http://" + std::to_string(i) + "/";
    EntryView view = seen.view;
    view.url = url;
    tally.add(view);
  }
  EXPECT_EQ(tally.topHosts(1)[0].name, "(others)");
  EXPECT_EQ(tally.topHosts(1)[0].amount.entries, 50'000u);
}

TEST(StatText, SaysWhatThereIsAndWhatTheCacheSays) {
  CacheSummary summary;
  summary.plugin = "redis";
  summary.key_prefix = "url:";
  summary.now = kNow;
  summary.damaged = 2;
  summary.stats.capacity = 1000;
  summary.stats.more = {{"connections", 1}};
  summary.tally.add(Seen({.key = "url:http://\x1b[2J/"}).view);
  const std::string text = statText(summary);
  EXPECT_THAT(text, HasSubstr("  entries              1  4 B of bodies\n"));
  EXPECT_THAT(text, HasSubstr("  damaged              2\n"));
  EXPECT_THAT(text, HasSubstr("  oldest      2023-11-14T21:13:20.000Z, 1h00m ago\n"));
  EXPECT_THAT(text, HasSubstr("\nBy host:\n             1         4 B  ?[2J\n"));
  EXPECT_THAT(text, HasSubstr("\nThe cache itself says: capacity 1,000, connections 1\n"));
  EXPECT_EQ(statJson(summary)["stats"]["connections"], 1);
}

}  // namespace
}  // namespace forage::app
