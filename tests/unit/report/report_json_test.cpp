#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "forage/report.h"

namespace forage {
namespace {

using Json = nlohmann::json;

Report sample() {
  Report report;
  report.job = "shop.toml";
  report.wall_seconds = 1.5;
  report.totals = {10, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  report.groups = {{"first", {1, 1, 0, 0, 0, 0, 0, 0, 0, 0}}};
  report.cache.plugin = "redis";
  report.cache.fallback = "memory";
  report.cache.degraded_seconds = 2.25;
  report.cache.errors = 11;
  report.cache.written_back = 12;
  report.cache.stores_refused = 13;
  report.cache.erasures_lost = 14;
  report.cache.lease_waits = 14;
  report.cache.stats.evictions = 13;
  report.cache.stats.more = {{"connections", 14}};
  report.error_count = 2000;
  report.errors = {{"http://a/x", "first", ErrorKind::kStatus, 404, "404 Not Found"},
                   {"http://b/", "first", ErrorKind::kTimeout, 0, "no answer in 30s"}};
  report.peak_memory_bytes = 1 << 20;
  report.exit_code = ExitCode::kNetwork;
  return report;
}

TEST(ReportJson, CarriesWhatTheRunDid) {
  const Json json = Json::parse(sample().toJson());
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["job"], "shop.toml");
  EXPECT_EQ(json["wall_seconds"], 1.5);
  EXPECT_EQ(json["exit_code"], 4);
  EXPECT_EQ(json["interrupted"], false);
  EXPECT_EQ(json["peak_memory_bytes"], 1 << 20);
  EXPECT_EQ(json["totals"],
            Json::parse(R"({"urls":10,"hit":1,"revalidated":2,"stale":3,"joined":4,"fetched":5,
                            "failed":6,"blocked":7,"requests":8,"bytes":9})"));
  EXPECT_EQ(json["groups"][0]["name"], "first");
  EXPECT_EQ(json["groups"][0]["hit"], 1);
}

TEST(ReportJson, TellsHowTheCacheDid) {
  const Json cache = Json::parse(sample().toJson())["cache"];
  EXPECT_EQ(cache["plugin"], "redis");
  EXPECT_EQ(cache["fallback"], "memory");
  EXPECT_EQ(cache["degraded_seconds"], 2.25);
  EXPECT_EQ(cache["errors"], 11);
  EXPECT_EQ(cache["written_back"], 12);
  EXPECT_EQ(cache["stores_refused"], 13);
  EXPECT_EQ(cache["erasures_lost"], 14);
  EXPECT_EQ(cache["lease_waits"], 14);
  EXPECT_EQ(cache["stats"]["evictions"], 13);
  EXPECT_EQ(cache["stats"]["connections"], 14);
}

TEST(ReportJson, ListsErrorsWithKindAndStatus) {
  const Json json = Json::parse(sample().toJson());
  EXPECT_EQ(json["error_count"], 2000);
  ASSERT_EQ(json["errors"].size(), 2u);
  EXPECT_EQ(json["errors"][0], Json::parse(R"({"url":"http://a/x","group":"first","kind":"status",
                                               "status":404,"message":"404 Not Found"})"));
  EXPECT_FALSE(json["errors"][1].contains("status"));
  EXPECT_EQ(json["errors"][1]["kind"], "timeout");
}

TEST(ReportJson, OfAnEmptyRunHasEveryKey) {
  const Json json = Json::parse(Report{}.toJson());
  EXPECT_TRUE(json["groups"].is_array() && json["groups"].empty());
  EXPECT_TRUE(json["errors"].is_array() && json["errors"].empty());
  EXPECT_TRUE(json["cache"]["fallback"].is_null());
}

TEST(ReportJson, StaysJsonWhenAMessageIsNotUtf8) {
  Report report = sample();
  report.errors[0].message = "server said \xff\xfe";
  const Json json = Json::parse(report.toJson());
  EXPECT_EQ(json["errors"][0]["message"], "server said \uFFFD\uFFFD");
}

}  // namespace
}  // namespace forage
