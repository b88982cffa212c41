// What [cache] and its lists become: policy, freshness, what is kept, the cache in front.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "job_folder.h"

namespace forage {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::JobFolder;
using testing::ElementsAre;
using testing::IsEmpty;

/// "PATTERN for DURATION" of each, in order.
std::vector<std::string> lifetimes(const Job& job) {
  std::vector<std::string> all;
  for (const UrlLifetime& one : job.cache.urls_expire_after) {
    all.push_back(one.pattern + " for " + std::to_string(one.expire_after.count()));
  }
  return all;
}

TEST(CacheKeys, AreTakenEachWithItsType) {
  JobFolder folder;
  const CacheOptions cache = folder
                                 .load(R"(
[cache]
plugin = "redis"
near = "memory"
policy = "rfc9111"
expire_after = 0
stale_if_error = "2h"
stale_while_revalidate = 30
ttl_offset = "never"
allowable_codes = [404, 200]
min_size = "1KiB"
content_types = ["text/*", "application/json"]
forbidden_patterns = ["Please log in"]
ignored_parameters = ["utm_*", "fbclid"]
match_headers = ["Accept-Language", "X-Tenant"]
)")
                                 .job.cache;
  ASSERT_TRUE(cache.near);
  EXPECT_EQ(cache.near->name, "memory");
  EXPECT_EQ(cache.policy, CachePolicy::kRfc9111);
  EXPECT_EQ(cache.mode, CacheMode::kNormal);
  EXPECT_EQ(cache.expire_after, Millis(0));
  EXPECT_EQ(cache.stale_if_error, hours(2));
  EXPECT_EQ(cache.stale_while_revalidate, Millis(30'000));
  EXPECT_EQ(cache.ttl_offset, kForever);
  EXPECT_THAT(cache.allowable_codes, ElementsAre(200, 404));
  EXPECT_EQ(cache.min_size, 1024u);
  EXPECT_THAT(cache.content_types, ElementsAre("text/*", "application/json"));
  EXPECT_THAT(cache.forbidden_patterns, ElementsAre("Please log in"));
  EXPECT_THAT(cache.ignored_parameters, ElementsAre("utm_*", "fbclid"));
  EXPECT_THAT(cache.match_headers, ElementsAre("Accept-Language", "X-Tenant"));
}

TEST(CacheKeys, TakeAFlagForAStaleSpan) {
  JobFolder folder;
  const auto span = [&](const std::string& value) {
    const CacheOptions cache =
        folder.load("[cache]\nstale_if_error = " + value + "\nstale_while_revalidate = " + value)
            .job.cache;
    EXPECT_EQ(cache.stale_if_error, cache.stale_while_revalidate) << value;
    return cache.stale_if_error;
  };
  EXPECT_EQ(span("true"), kForever);
  EXPECT_EQ(span("false"), Millis(0));
  EXPECT_EQ(span("0"), Millis(0));
  EXPECT_EQ(span("0.5"), Millis(500));
  EXPECT_EQ(span("'never'"), kForever);
}

TEST(CacheKeys, HaveDefaultsOfTheirPolicy) {
  JobFolder folder;
  const CacheOptions ttl = folder.load("cache.policy = 'ttl'").job.cache;
  EXPECT_EQ(ttl.policy, CachePolicy::kTtl);
  EXPECT_THAT(ttl.allowable_codes, ElementsAre(200));
  EXPECT_EQ(ttl.stale_if_error, Millis(0));
  EXPECT_EQ(ttl.stale_while_revalidate, Millis(0));
  const CacheOptions rfc = folder.load("cache.policy = 'rfc9111'").job.cache;
  EXPECT_THAT(rfc.allowable_codes, IsEmpty());
  EXPECT_EQ(rfc.stale_if_error, kForever);
  EXPECT_EQ(rfc.stale_while_revalidate, Millis(0));
  EXPECT_EQ(rfc.ttl_offset, hours(24));
}

TEST(CacheKeys, KeepWhatIsSetWhateverThePolicy) {
  JobFolder folder;
  const CacheOptions cache = folder
                                 .load(
                                     "cache.policy = 'rfc9111'\ncache.stale_if_error = false\n"
                                     "cache.allowable_codes = [200]\n")
                                 .job.cache;
  EXPECT_EQ(cache.stale_if_error, Millis(0));
  EXPECT_THAT(cache.allowable_codes, ElementsAre(200));
}

TEST(CacheKeys, ShowTheDefaultsThatHold) {
  JobFolder folder;
  const LoadedJob rfc = folder.load("[cache]\npolicy = 'rfc9111'\n");
  EXPECT_EQ(folder.effective(rfc, "cache.policy"), "\"rfc9111\" <- job.toml:2:10");
  EXPECT_EQ(folder.effective(rfc, "cache.stale_if_error"), "true <- default");
  EXPECT_EQ(folder.effective(rfc, "cache.stale_while_revalidate"), "false <- default");
  EXPECT_EQ(folder.effective(rfc, "cache.allowable_codes"), "[]  # as the policy says <- default");
  const LoadedJob set =
      folder.load("[cache]\npolicy = 'rfc9111'\nstale_if_error = '1h'\nallowable_codes = [200]\n");
  EXPECT_EQ(folder.effective(set, "cache.stale_if_error"), "\"1h\" <- job.toml:3:18");
  EXPECT_EQ(folder.effective(set, "cache.allowable_codes"), "[200] <- job.toml:4:19");
}

TEST(CacheKeys, FollowTheUsualPrecedence) {
  JobFolder folder;
  LoadOptions options = folder.options(
      "[cache]\npolicy = 'rfc9111'\nmatch_headers = ['A', 'B']\n"
      "[env.e]\ncache.policy = 'ttl'\ncache.match_headers = ['C']\ncache.stale_if_error = 3\n");
  const auto shown = [&] {
    const LoadedJob loaded = loadJob(options);
    return folder.effective(loaded, "cache.policy") + "; " +
           folder.effective(loaded, "cache.match_headers") + "; " +
           folder.effective(loaded, "cache.stale_if_error");
  };
  EXPECT_EQ(shown(),
            "\"rfc9111\" <- job.toml:2:10; [\"A\", \"B\"] <- job.toml:3:17; true <- default");
  options.env = "e";
  EXPECT_EQ(shown(), "\"ttl\" <- job.toml:5:16; [\"C\"] <- job.toml:6:23; 3 <- job.toml:7:24");
  options.sets = {"cache.policy=rfc9111", "cache.match_headers=[]", "cache.stale_if_error=true"};
  EXPECT_EQ(shown(), "\"rfc9111\" <- --set; [] <- --set; true <- --set");
}

TEST(CacheKeys, MayComeFromVariables) {
  JobFolder folder;
  folder.environment = {{"POLICY", "rfc9111"}, {"FLAG", "true"},    {"SPAN", "5m"},
                        {"NEAR", "memory"},    {"FIELD", "X-User"}, {"HOST", "a.test"}};
  const LoadedJob loaded = folder.load(
      "[cache]\nplugin = 'redis'\npolicy = '${POLICY}'\nnear = '${NEAR}'\n"
      "stale_while_revalidate = '${FLAG}'\nstale_if_error = '${NONE:-false}'\n"
      "ttl_offset = '${SPAN}'\nmin_size = '${NONE:-2KiB}'\nmatch_headers = ['A', '${FIELD}']\n"
      "[[cache.urls_expire_after]]\npattern = 'https://${HOST}/x*'\nexpire_after = '${SPAN}'\n"
      "[[group]]\nname = 'g'\nurls = []\nexpire_after = '${SPAN}'\n");
  const CacheOptions& cache = loaded.job.cache;
  EXPECT_EQ(cache.policy, CachePolicy::kRfc9111);
  EXPECT_EQ(cache.near->name, "memory");
  EXPECT_EQ(cache.stale_while_revalidate, kForever);
  EXPECT_EQ(cache.stale_if_error, Millis(0));
  EXPECT_EQ(cache.ttl_offset, minutes(5));
  EXPECT_EQ(cache.min_size, 2048u);
  EXPECT_THAT(cache.match_headers, ElementsAre("A", "X-User"));
  EXPECT_THAT(lifetimes(loaded.job), ElementsAre("a.test/x* for 300000"));
  EXPECT_EQ(loaded.job.groups[0].expire_after, minutes(5));
  EXPECT_EQ(folder.effective(loaded, "cache.stale_while_revalidate"), "true <- job.toml:5:26");
}

TEST(CacheInFront, IsNoneUnlessNamed) {
  JobFolder folder;
  EXPECT_FALSE(folder.load("").job.cache.near);
  EXPECT_FALSE(folder.load("cache.near = 'none'").job.cache.near);
}

TEST(CacheInFront, HasTheTableOfItsName) {
  JobFolder folder;
  const LoadedJob loaded = folder.load(
      "[cache]\nplugin = 'redis'\nfallback = 'none'\nnear = 'map'\nurl = 'redis://h'\n"
      "map.max_entries = 3\nmemory.max_size = 1\n");
  const CacheOptions& cache = loaded.job.cache;
  ASSERT_TRUE(cache.near);
  EXPECT_EQ(cache.near->settings.section(), "cache.map");
  EXPECT_EQ(cache.near->settings.integer("max_entries", 0, 0, 9), 3);
  EXPECT_FALSE(cache.near->settings.has("url"));
  EXPECT_EQ(folder.withoutFolder(cache.near->place), "job.toml:4:8");
  EXPECT_EQ(folder.effective(loaded, "cache.map.max_entries"), "3 <- job.toml:6:19");
  ASSERT_EQ(loaded.job.other_tables.size(), 1u);
  EXPECT_EQ(loaded.job.other_tables[0].name, "memory");
}

TEST(CacheInFront, MayShareItsTableWithTheFallback) {
  JobFolder folder;
  const LoadedJob loaded =
      folder.load("[cache]\nplugin = 'redis'\nnear = 'memory'\nmemory.max_size = '1MiB'\n");
  const CacheOptions& cache = loaded.job.cache;
  ASSERT_TRUE(cache.near && cache.fallback);
  EXPECT_EQ(cache.near->settings.size("max_size", 0), 1u << 20);
  EXPECT_EQ(cache.fallback->settings.size("max_size", 0), 1u << 20);
  EXPECT_EQ(folder.withoutFolder(cache.near->place), "job.toml:3:8");
  EXPECT_EQ(cache.fallback->place, "");
  int shown = 0;
  for (const EffectiveValue& value : loaded.effective) {
    if (value.key == "cache.memory.max_size") ++shown;
  }
  EXPECT_EQ(shown, 1) << "one table is shown once";
}

TEST(UrlLifetimes, StayInOrder) {
  JobFolder folder;
  const LoadedJob loaded = folder.load(
      "[[cache.urls_expire_after]]\npattern = '*.example.com/news/*'\nexpire_after = '10m'\n"
      "[[cache.urls_expire_after]]\nexpire_after = 0\npattern = 'a.test/'\n"
      "[[cache.urls_expire_after]]\npattern = '*'\nexpire_after = 'never'\n");
  EXPECT_THAT(lifetimes(loaded.job), ElementsAre("*.example.com/news/* for 600000", "a.test/ for 0",
                                                 "* for " + std::to_string(kForever.count())));
  EXPECT_EQ(folder.effective(loaded, "cache.urls_expire_after.1.pattern"),
            "\"*.example.com/news/*\" <- job.toml:2:11");
  EXPECT_EQ(folder.effective(loaded, "cache.urls_expire_after.2.expire_after"),
            "0 <- job.toml:5:16");
}

TEST(UrlLifetimes, DropTheSchemeOfAPattern) {
  JobFolder folder;
  const std::vector<std::pair<std::string, std::string>> table{
      {"https://a.test/x", "a.test/x"}, {"HTTP://a.test/x", "a.test/x"},
      {"*://a.test/x", "a.test/x"},     {"a.test/x?u=http://b.test/", "a.test/x?u=http://b.test/"},
      {"*.a.test://x", "*.a.test://x"}, {"://x", "://x"},
      {"https:/x", "https:/x"},
  };
  for (const auto& [written, pattern] : table) {
    EXPECT_THAT(lifetimes(folder
                              .load("[[cache.urls_expire_after]]\nexpire_after = 1\npattern = '" +
                                    written + "'")
                              .job),
                ElementsAre(pattern + " for 1000"))
        << written;
  }
}

TEST(UrlLifetimes, AreReplacedAsAWholeByFilesAndOverlays) {
  JobFolder folder;
  LoadOptions options = folder.options(
      "[[cache.urls_expire_after]]\npattern = 'a'\nexpire_after = 1\n"
      "[[cache.urls_expire_after]]\npattern = 'b'\nexpire_after = 1\n"
      "[[env.test.cache.urls_expire_after]]\npattern = 'c'\nexpire_after = 2\n"
      "[env.none]\ncache.urls_expire_after = []\n"
      "[env.inline]\ncache.urls_expire_after = [{pattern = 'd', expire_after = 3}]\n"
      "[env.other]\ncache.expire_after = 1\n");
  const auto with = [&](const std::string& env) {
    options.env = env;
    return lifetimes(loadJob(options).job);
  };
  EXPECT_THAT(with(""), ElementsAre("a for 1000", "b for 1000"));
  EXPECT_THAT(with("other"), ElementsAre("a for 1000", "b for 1000"));
  EXPECT_THAT(with("test"), ElementsAre("c for 2000"));
  EXPECT_THAT(with("inline"), ElementsAre("d for 3000"));
  EXPECT_THAT(with("none"), IsEmpty());
  options.files.push_back(
      folder.write("more.toml", "[[cache.urls_expire_after]]\npattern = 'e'\nexpire_after = 4\n"));
  EXPECT_THAT(with(""), ElementsAre("e for 4000"));
  EXPECT_THAT(with("test"), ElementsAre("c for 2000"));
}

TEST(GroupLifetime, IsTheGroupsOwn) {
  JobFolder folder;
  const LoadedJob loaded = folder.load(
      "[[group]]\nname = 'a'\nurls = []\nexpire_after = 0\n[[group]]\nname = 'b'\nurls = []\n");
  EXPECT_EQ(loaded.job.groups[0].expire_after, Millis(0));
  EXPECT_EQ(loaded.job.groups[1].expire_after, std::nullopt);
  EXPECT_EQ(folder.effective(loaded, "group.a.expire_after"), "0 <- job.toml:4:16");
  EXPECT_EQ(folder.effective(loaded, "group.b.expire_after"), "");
}

}  // namespace
}  // namespace forage
