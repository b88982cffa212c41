#include "summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forage::app {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Summary, IsATableOfTheTotals) {
  Report report;
  report.wall_seconds = 1.12;
  report.totals.urls = 1500;
  report.totals.hit = 3;
  report.totals.joined = 4;
  report.totals.fetched = 1493;
  report.totals.requests = 1493;
  report.totals.bytes = 3482;
  EXPECT_EQ(summaryOf(report),
            "\nTotals:\n"
            "  URLs        1,500  in 1.12 s, 1,339/s\n"
            "  cache hits      7  3 found, 4 joined a fetch under way\n"
            "  fetched     1,493\n"
            "  failed          0\n"
            "  requests    1,493  3.4 KiB received\n");
}

TEST(Summary, SaysThatTheCacheWasAway) {
  Report report;
  report.cache.plugin = "redis";
  report.cache.fallback = "memory";
  report.cache.degraded_seconds = 2.5;
  report.cache.written_back = 120;
  EXPECT_THAT(summaryOf(report), HasSubstr("cache redis was away for 2.50 s, memory stood in, 120 "
                                           "entries written back\n"));
}

TEST(Summary, SaysThatTheRunWasInterrupted) {
  Report report;
  EXPECT_THAT(summaryOf(report), Not(HasSubstr("interrupted")));
  report.interrupted = true;
  EXPECT_THAT(summaryOf(report), HasSubstr("interrupted"));
}

}  // namespace
}  // namespace forage::app
