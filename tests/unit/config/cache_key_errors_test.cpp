// What is said of a wrong [cache] and of wrong lifetimes: exactly, with the place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "job_folder.h"

namespace forage {
namespace {

using test::JobFolder;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

constexpr const char* kDuration = "a duration such as \"500ms\", \"30s\", \"1h30m\", or seconds";

struct Case {
  std::string toml;
  std::vector<std::string> findings;
};

void expectFindings(const std::vector<Case>& table) {
  JobFolder folder;
  for (const Case& each : table) {
    EXPECT_THAT(folder.findings(each.toml), ElementsAreArray(each.findings)) << each.toml;
  }
}

/// "['x', 'x', ...]".
std::string listOf(std::size_t items, const std::string& item = "x") {
  std::string list = "[";
  for (std::size_t i = 0; i < items; ++i) list += "'" + item + "', ";
  return list + "]";
}

TEST(CacheKeyErrors, NameThePoliciesAndTheNearest) {
  const std::string wants = "job.toml:2:10: cache.policy: wants \"ttl\" or \"rfc9111\"";
  expectFindings({
      {"[cache]\npolicy = 'rfc911'", {wants + ", did you mean \"rfc9111\"?"}},
      {"[cache]\npolicy = 'TTL'", {wants + ", did you mean \"ttl\"?"}},
      {"[cache]\npolicy = 'always'", {wants}},
      {"[cache]\npolicy = ''", {wants}},
      {"[cache]\npolicy = 9111", {wants + ", not a whole number"}},
      {"[cache]\npolicy = ['ttl']", {wants + ", not a list"}},
      {"[cache]\npolicy = '${P:-none}'", {wants}},
  });
}

TEST(CacheKeyErrors, SayWhatASpanWants) {
  const std::string wants = std::string("wants true, false, or ") + kDuration;
  expectFindings({
      {"[cache]\nstale_if_error = 'yes'",
       {"job.toml:2:18: cache.stale_if_error: " + wants + ", not \"yes\""}},
      {"[cache]\nstale_if_error = 'true'",
       {"job.toml:2:18: cache.stale_if_error: " + wants + ", not \"true\""}},
      {"[cache]\nstale_if_error = -1",
       {"job.toml:2:18: cache.stale_if_error: " + wants + ", not -1"}},
      {"[cache]\nstale_while_revalidate = []",
       {"job.toml:2:26: cache.stale_while_revalidate: " + wants + ", not a list"}},
      {"[cache]\nstale_while_revalidate = '${X:-maybe}'",
       {"job.toml:2:26: cache.stale_while_revalidate: " + wants}},
      {"[cache]\nttl_offset = true",
       {std::string("job.toml:2:14: cache.ttl_offset: wants ") + kDuration +
        ", not true or false"}},
      {"[cache]\nttl_offset = 'long'",
       {std::string("job.toml:2:14: cache.ttl_offset: wants ") + kDuration + ", not \"long\""}},
      {"[[group]]\nurls = []\nexpire_after = 'soon'",
       {std::string("job.toml:3:16: group.expire_after: wants ") + kDuration + ", not \"soon\""}},
      {"[cache]\nmin_size = 'big'",
       {"job.toml:2:12: cache.min_size: wants a size such as \"64KiB\", \"256MiB\", or bytes, not "
        "\"big\""}},
      {"[cache]\nmin_size = '2000GiB'",
       {"job.toml:2:12: cache.min_size: wants a size of at least 0 and at most 1024GiB, not "
        "\"2000GiB\""}},
  });
}

TEST(CacheKeyErrors, NameTheItemOfAListThatIsWrong) {
  for (const std::string key :
       {"content_types", "forbidden_patterns", "ignored_parameters", "match_headers"}) {
    const std::string start = "[cache]\n" + key + " = ";
    const auto place = [&](std::size_t line, std::size_t column) {
      return "job.toml:" + std::to_string(line) + ":" + std::to_string(column) + ": cache." + key +
             ": ";
    };
    const std::size_t value = key.size() + 4;
    expectFindings({
        {start + listOf(64, std::string(128, 'x')), {}},
        {start + listOf(65), {place(2, value) + "wants at most 64 texts"}},
        {start + "'x'", {place(2, value) + "wants a list of texts, not text"}},
        {start + "['x', 1]", {place(2, value) + "wants a list of texts"}},
        {start + "['x', '']", {place(2, value + 6) + "wants texts that are not empty"}},
        {start + "[\n  'x',\n  '" + std::string(129, 'x') + "',\n]",
         {place(4, 3) + "wants texts of at most 128 bytes"}},
        {start + "['x', '${X:-}']", {place(2, value + 6) + "wants texts that are not empty"}},
        {start + "['${NONE}']",
         {place(2, value + 1) +
          "the variable NONE is not set, neither in the environment nor in .env"}},
    });
  }
  expectFindings({
      {"[cache]\ncontent_types = [\"a\\nb\"]",
       {"job.toml:2:18: cache.content_types: wants texts without control characters"}},
  });
}

TEST(CacheKeyErrors, RefuseWhatIsNoNameOfAHeaderField) {
  for (const std::string name : {"Accept Language", "Accept:", "X\\tY", "X\\r\\nY", "Ä", "a/b"}) {
    expectFindings({{"[cache]\nmatch_headers = ['Accept', \"" + name + "\"]",
                     {"job.toml:2:28: cache.match_headers: wants names of header fields, such as "
                      "\"Accept-Language\""}}});
  }
}

TEST(CacheInFrontErrors, RefuseTheCacheItself) {
  const std::string same = "cache.near: is the same as cache.plugin; \"none\" for no other";
  expectFindings({
      {"[cache]\nnear = 'memory'", {"job.toml:2:8: " + same}},
      {"[cache]\nplugin = 'redis'\nnear = 'redis'", {"job.toml:3:8: " + same}},
      {"[cache]\nnear = '../x'",
       {"job.toml:2:8: cache.near: wants the name of a plugin: letters, digits, '-' and '_', at "
        "most 64"}},
      // Nothing more than what is wrong.
      {"[cache]\nplugin = 5\nnear = 'memory'",
       {"job.toml:2:10: cache.plugin: wants the name of a plugin in quotes, not a whole number"}},
  });
  JobFolder folder;
  LoadOptions options =
      folder.options("[cache]\nplugin = 'redis'\nnear = 'memory'\n[env.t]\ncache.near = 'none'\n");
  EXPECT_THAT(folder.findings(options), IsEmpty());
  options.sets = {"cache.plugin=memory"};
  EXPECT_THAT(folder.findings(options), ElementsAre("job.toml:3:8: " + same));
  options.env = "t";
  EXPECT_THAT(folder.findings(options), IsEmpty());
}

TEST(UrlLifetimeErrors, NameTheKeyAndItsPlace) {
  const std::string start = "[[cache.urls_expire_after]]\n";
  const std::string at = ": cache.urls_expire_after: ";
  expectFindings({
      {start,
       {"job.toml:1:1" + at + "wants expire_after = \"DURATION\"",
        "job.toml:1:1" + at + "wants pattern = \"GLOB\""}},
      {start + "pattern = 'a'", {"job.toml:1:1" + at + "wants expire_after = \"DURATION\""}},
      {start + "expire_after = 1", {"job.toml:1:1" + at + "wants pattern = \"GLOB\""}},
      {start + "patern = 'a'\npattern = 'a'\nexpire_after = 1",
       {"job.toml:2:1: cache.urls_expire_after.patern: unknown key, did you mean \"pattern\"?"}},
      {start + "pattern = 'a'\nexpire_after = 1\nplugin = 'x'",
       {"job.toml:4:1: cache.urls_expire_after.plugin: unknown key, did you mean "
        "\"cache.plugin\"?"}},
      {start + "pattern = 'a'\nexpire_after = 'soon'",
       {std::string("job.toml:3:16: cache.urls_expire_after.expire_after: wants ") + kDuration +
        ", not \"soon\""}},
      {start + "pattern = 5\nexpire_after = 1",
       {"job.toml:2:11: cache.urls_expire_after.pattern: wants text in quotes, not a whole "
        "number"}},
      {start + "pattern = ''\nexpire_after = 1",
       {"job.toml:2:11: cache.urls_expire_after.pattern: wants text that is not empty"}},
      {start + "pattern = 'https://'\nexpire_after = 1",
       {"job.toml:2:11: cache.urls_expire_after.pattern: wants a pattern such as "
        "\"*.example.com/news/*\""}},
      {start + "pattern = 'ftp://a/'\nexpire_after = 1",
       {"job.toml:2:11: cache.urls_expire_after.pattern: wants http://, https:// or no scheme"}},
      {start + "pattern = '" + std::string(257, 'a') + "'\nexpire_after = 1",
       {"job.toml:2:11: cache.urls_expire_after.pattern: wants at most 256 bytes"}},
      {start + "pattern = '${NONE}'\nexpire_after = 1",
       {"job.toml:2:11: cache.urls_expire_after.pattern: the variable NONE is not set, neither in "
        "the environment nor in .env"}},
  });
}

TEST(UrlLifetimeErrors, TellWhatIsNoListOfTables) {
  const std::string wants = "cache.urls_expire_after: wants tables [[cache.urls_expire_after]]";
  expectFindings({
      {"[cache.urls_expire_after]\npattern = 'a'\nexpire_after = 1", {"job.toml:1:1: " + wants}},
      {"[cache]\nurls_expire_after = '1h'", {"job.toml:2:21: " + wants}},
      {"[cache]\nurls_expire_after = ['a']", {"job.toml:2:21: " + wants}},
      {"[cache]\nurls_expire_aftr = []",
       {"job.toml:2:1: cache.urls_expire_aftr: unknown key, did you mean "
        "\"urls_expire_after\"?"}},
      {"[cache]\n'urls_expire_after.pattern' = 'a'",
       {"job.toml:2:1: cache.\"urls_expire_after.pattern\": unknown key, did you mean "
        "\"urls_expire_after\"?"}},
  });
}

TEST(UrlLifetimeErrors, AreFoundInOverlaysThatAreNotChosen) {
  expectFindings({
      {"[[env.t.cache.urls_expire_after]]\npattern = 'a'\n",
       {"job.toml:1:1: env.t.cache.urls_expire_after: wants expire_after = \"DURATION\""}},
      {"[env.t]\ncache.urls_expire_after = [{pattern = 1, expire_after = 1}]\n",
       {"job.toml:2:39: env.t.cache.urls_expire_after.pattern: wants text in quotes, not a whole "
        "number"}},
      {"[env.t]\ncache.policy = 'x'\n",
       {"job.toml:2:16: env.t.cache.policy: wants \"ttl\" or \"rfc9111\""}},
      {"[env.t]\ncache.match_headers = ['a b']\n",
       {"job.toml:2:24: env.t.cache.match_headers: wants names of header fields, such as "
        "\"Accept-Language\""}},
  });
}

TEST(UrlLifetimeErrors, RefuseMoreThanARunCanMatch) {
  std::string toml;
  for (int i = 0; i < 256; ++i) {
    toml += "[[cache.urls_expire_after]]\npattern = 'a'\nexpire_after = 1\n";
  }
  expectFindings({
      {toml, {}},
      {toml + "[[cache.urls_expire_after]]\npattern = 'a'\nexpire_after = 1\n",
       {"job.toml:1:1: cache.urls_expire_after: wants at most 256 tables"}},
  });
}

TEST(UrlLifetimeErrors, RefuseThemFromTheCommandLine) {
  JobFolder folder;
  LoadOptions options = folder.options("");
  const std::string refusal =
      "--set: cache.urls_expire_after: is for job files, as tables [[cache.urls_expire_after]]";
  for (const char* set :
       {"cache.urls_expire_after=[{pattern='a', expire_after=1}]", "cache.urls_expire_after=[]",
        "cache.urls_expire_after=a", "cache.urls_expire_after.pattern=a"}) {
    options.sets = {set};
    EXPECT_THAT(folder.findings(options), ElementsAre(refusal)) << set;
  }
}

}  // namespace
}  // namespace forage
