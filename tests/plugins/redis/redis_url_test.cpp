#include "redis_url.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace forage::redis {
namespace {

using Kind = Location::Kind;
using Topology = Location::Topology;

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

TEST(RedisUrl, ReadsSentinelsAndTheNameOfTheirMaster) {
  const Location location =
      parsed("redis+sentinel://alice:s%40c@10.0.0.1:26380,[::1]:5,s-3.example/my_master.1?db=3");
  EXPECT_EQ(location.kind, Kind::kTcp);
  EXPECT_EQ(location.topology, Topology::kSentinel);
  EXPECT_EQ(location.seeds,
            (std::vector<Address>{{"10.0.0.1", 26380}, {"::1", 5}, {"s-3.example", 26379}}));
  EXPECT_EQ(location.master, "my_master.1");
  EXPECT_EQ(location.user, "alice");
  EXPECT_EQ(location.password, "s@c");
  EXPECT_EQ(location.database, 3);
  EXPECT_EQ(location.shown(), "my_master.1 of sentinel 10.0.0.1:26380 and 2 more");
  EXPECT_EQ(parsed("rediss+sentinel://h/m").kind, Kind::kTls);
  EXPECT_EQ(parsed("rediss+sentinel://h/m").shown(), "m of sentinel h:26379");
}

TEST(RedisUrl, ReadsTheNodesOfACluster) {
  const Location location = parsed("rediss+cluster://:p,w@10.0.0.1:7000,n2,[::2]");
  EXPECT_EQ(location.kind, Kind::kTls);
  EXPECT_EQ(location.topology, Topology::kCluster);
  EXPECT_EQ(location.seeds,
            (std::vector<Address>{{"10.0.0.1", 7000}, {"n2", 6379}, {"::2", 6379}}));
  EXPECT_EQ(location.password, "p,w");
  EXPECT_EQ(location.shown(), "cluster 10.0.0.1:7000 and 2 more");
  EXPECT_EQ(parsed("redis+cluster://h").shown(), "cluster h:6379");
  EXPECT_EQ(parsed("redis+cluster://h/").seeds.size(), 1U);
  EXPECT_EQ(parsed("redis+cluster://h/0").database, 0);
}

TEST(RedisUrl, SaysWhatASentinelUrlLacks) {
  for (const char* url : {"redis+sentinel://h", "redis+sentinel://h/", "redis+sentinel://h?db=1",
                          "redis+sentinel://h/m/1", "redis+sentinel://h/a%20b"}) {
    EXPECT_NE(refusal(url).find("redis+sentinel://HOST:26379/mymaster"), std::string::npos) << url;
  }
  EXPECT_NE(refusal("redis+sentinel://u:p@h1,u:p@h2/m").find("before the first host"),
            std::string::npos);
}

TEST(RedisUrl, RefusesADatabaseOfACluster) {
  for (const char* url : {"redis+cluster://h/1", "redis+cluster://h?db=1"}) {
    EXPECT_NE(refusal(url).find("leave it out"), std::string::npos) << url;
  }
}

TEST(RedisUrl, RefusesHostsThatAreWrongAmongOthers) {
  const std::pair<std::string, std::string> around[] = {{"redis+cluster://", ""},
                                                        {"redis+sentinel://", "/m"}};
  for (const auto& [scheme, path] : around) {
    for (const char* hosts : {"", ",", "a,", ",a", "a,,b", "a:0,b", "a,b:x", "a b", "[::1,b"}) {
      EXPECT_NE(refusal(scheme + hosts + path), "") << hosts;
    }
    std::string many = scheme + "h";
    for (int i = 0; i < 64; ++i) many += ",h";
    EXPECT_NE(refusal(many + path).find("more than 64 hosts"), std::string::npos);
  }
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
  for (const char* url :
       {"redis://u:hunter2@host:x", "redis://:hunter2", "redis://u:hunter2/@host",
        "redis://u:hunter2%@host", "http://:hunter2@host", "redis://:hunter2@host?password=hunter2",
        "redis://:hunter2 @host", "redis+sentinel://u:1/hunter2@host/m",
        "redis+sentinel://hunter2@", "redis+sentinel://u:hunter2@h1,u:hunter2@h2/m",
        "redis+cluster://u:hunter2/@host", "redis+cluster://u:1/hunter2@host"}) {
    EXPECT_EQ(refusal(url).find("hunter"), std::string::npos) << url;
  }
}

TEST(RedisUrl, ShowsWhereItLeadsWithoutSecrets) {
  EXPECT_EQ(parsed("redis://u:p@127.0.0.1/2").shown(), "127.0.0.1:6379");
}

}  // namespace
}  // namespace forage::redis
