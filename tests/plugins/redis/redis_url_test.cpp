#include "redis_url.h"

#include <gtest/gtest.h>

#include <string>

namespace forage::redis {
namespace {

using Kind = Location::Kind;

Location parsed(const std::string& url) {
  std::string why;
  const auto location = parseRedisUrl(url, why);
  EXPECT_TRUE(location.has_value()) << url << ": " << why;
  EXPECT_EQ(why, "");
  return location.value_or(Location{});
}

std::string refusal(const std::string& url) {
  std::string why;
  EXPECT_FALSE(parseRedisUrl(url, why).has_value()) << url;
  EXPECT_EQ(why.find('\n'), std::string::npos);
  return why;
}

TEST(RedisUrl, HasDefaultsForPortUserAndDatabase) {
  const Location location = parsed("redis://cache.example");
  EXPECT_EQ(location.kind, Kind::kTcp);
  EXPECT_EQ(location.host, "cache.example");
  EXPECT_EQ(location.port, 6379);
  EXPECT_EQ(location.user, "");
  EXPECT_FALSE(location.password);
  EXPECT_FALSE(location.database);
}

TEST(RedisUrl, ReadsEveryPart) {
  const Location location = parsed("rediss://alice:s%40cr%2Fet%3A@10.0.0.1:7000/3");
  EXPECT_EQ(location.kind, Kind::kTls);
  EXPECT_EQ(location.host, "10.0.0.1");
  EXPECT_EQ(location.port, 7000);
  EXPECT_EQ(location.user, "alice");
  EXPECT_EQ(location.password, "s@cr/et:");
  EXPECT_EQ(location.database, 3);
}

TEST(RedisUrl, TakesAPasswordAlone) {
  const Location location = parsed("redis://:secret@localhost");
  EXPECT_EQ(location.user, "");
  EXPECT_EQ(location.password, "secret");
}

TEST(RedisUrl, TakesAPasswordWithARawAtSignOrColon) {
  EXPECT_EQ(parsed("redis://u:p@ss:word@localhost").password, "p@ss:word");
}

TEST(RedisUrl, TakesAnEmptySlashAndAnEmptyPort) {
  EXPECT_FALSE(parsed("redis://localhost/").database);
  EXPECT_EQ(parsed("redis://localhost:").port, 6379);
}

TEST(RedisUrl, ReadsAnIpv6Address) {
  const Location location = parsed("redis://[::1]:6380/1");
  EXPECT_EQ(location.host, "::1");
  EXPECT_EQ(location.port, 6380);
  EXPECT_EQ(location.shown(), "[::1]:6380");
  EXPECT_EQ(parsed("redis://[fe80::2]").port, 6379);
}

TEST(RedisUrl, ReadsASocketPathWithADatabase) {
  const Location location = parsed("redis+unix:///run/redis%20a/redis.sock?db=5");
  EXPECT_EQ(location.kind, Kind::kUnix);
  EXPECT_EQ(location.path, "/run/redis a/redis.sock");
  EXPECT_EQ(location.database, 5);
  EXPECT_EQ(location.shown(), "/run/redis a/redis.sock");
}

TEST(RedisUrl, ReadsUserAndPasswordBeforeASocketPath) {
  const Location location = parsed("redis+unix://bob:pw@/run/r.sock");
  EXPECT_EQ(location.user, "bob");
  EXPECT_EQ(location.password, "pw");
  EXPECT_EQ(location.path, "/run/r.sock");
}

TEST(RedisUrl, TakesTheDatabaseFromTheQueryToo) {
  EXPECT_EQ(parsed("redis://localhost?db=4").database, 4);
  EXPECT_EQ(parsed("redis://localhost/4?db=4").database, 4);
}

TEST(RedisUrl, RefusesWhatIsNoRedisUrl) {
  for (const char* url :
       {"", "redis", "redis:/localhost", "http://localhost", "unix:///run/redis.sock", "REDIS://a",
        "localhost:6379", "https://eu1.upstash.io"}) {
    EXPECT_NE(refusal(url).find("redis://HOST:6379"), std::string::npos) << url;
  }
}

TEST(RedisUrl, RefusesPartsThatAreWrong) {
  for (const char* url : {"redis://",
                          "redis:///1",
                          "redis://:6379",
                          "redis://host:0",
                          "redis://host:65536",
                          "redis://host:6379x",
                          "redis://host:-1",
                          "redis://host/x",
                          "redis://host/-1",
                          "redis://host/1/2",
                          "redis://host/99999999999",
                          "redis://host?db=",
                          "redis://host?db=1&a=2",
                          "redis://host?ssl=true",
                          "redis://host/1?db=2",
                          "redis://host#1",
                          "redis://ho st",
                          "redis://ho\nst",
                          "redis://h\xc3\xb6st",
                          "redis://[::1",
                          "redis://[::1]x",
                          "redis://[]",
                          "redis://[127.0.0.1]",
                          "redis://user:%zz@host",
                          "redis://user:%4@host",
                          "redis://%@host",
                          "redis://host%00",
                          "redis+unix://",
                          "redis+unix:///",
                          "redis+unix://relative/path",
                          "redis+unix:///run/%00sock",
                          "redis+unix:///run/%0asock"}) {
    EXPECT_NE(refusal(url), "") << url;
  }
  EXPECT_NE(refusal("redis+unix:///" + std::string(200, 'a')).find("107"), std::string::npos);
  EXPECT_NE(refusal("redis://" + std::string(300, 'a')), "");
}

TEST(RedisUrl, SaysNoSecretWhenItRefuses) {
  for (const char* url : {"redis://u:hunter2@host:x", "redis://:hunter2", "redis://u:hunter2/@host",
                          "redis://u:hunter2%@host", "http://:hunter2@host",
                          "redis://:hunter2@host?password=hunter2", "redis://:hunter2 @host"}) {
    EXPECT_EQ(refusal(url).find("hunter"), std::string::npos) << url;
  }
}

TEST(RedisUrl, ShowsWhereItLeadsWithoutSecrets) {
  EXPECT_EQ(parsed("redis://u:p@127.0.0.1/2").shown(), "127.0.0.1:6379");
}

}  // namespace
}  // namespace forage::redis
