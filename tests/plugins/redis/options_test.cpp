#include "options.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "forage/error.h"

namespace forage::redis {
namespace {

using Data = decltype(Settings::Value::data);

Settings settings(const std::map<std::string, Data>& values) {
  Settings::Values all;
  for (const auto& [key, data] : values) all[key] = {data, "job.toml:2:7"};
  return Settings("cache.redis", all);
}

std::string refusal(const std::map<std::string, Data>& values) {
  try {
    (void)readOptions(settings(values));
  } catch (const ConfigError& error) {
    return error.message();
  }
  ADD_FAILURE() << "taken";
  return {};
}

TEST(RedisOptions, HaveDefaults) {
  const Options options = readOptions(settings({{"url", std::string("redis://localhost")}}));
  EXPECT_EQ(options.connect_timeout, Millis(500));
  EXPECT_EQ(options.command_timeout, Millis(500));
  EXPECT_EQ(options.retry_period, Millis(100));
  EXPECT_EQ(options.max_connections, 4U);
  EXPECT_EQ(options.max_value_size, 64u << 20);
  EXPECT_EQ(options.database, 0);
  EXPECT_EQ(options.lease, Millis(10'000));
  EXPECT_TRUE(options.track_prefix.empty());
}

TEST(RedisOptions, TakeALeaseOfNoLifeForNone) {
  const Data url = std::string("redis://localhost");
  EXPECT_EQ(readOptions(settings({{"url", url}, {"lease", std::string("0s")}})).lease, Millis(0));
  EXPECT_EQ(readOptions(settings({{"url", url}, {"lease", std::int64_t{0}}})).lease, Millis(0));
  EXPECT_EQ(readOptions(settings({{"url", url}, {"lease", std::string("1h")}})).lease,
            std::chrono::hours(1));
  for (const char* wrong : {"99ms", "2h", "never"}) {
    EXPECT_NE(refusal({{"url", url}, {"lease", std::string(wrong)}}).find("\"0s\" for no leases"),
              std::string::npos)
        << wrong;
  }
}

TEST(RedisOptions, TakePrefixesOfWhichNoneCoversAnother) {
  using List = std::vector<std::string>;
  const Data url = std::string("redis://localhost");
  const List two{"url:", "mirror:"};
  EXPECT_EQ(readOptions(settings({{"url", url}, {"track_prefix", two}})).track_prefix, two);
  EXPECT_NE(refusal({{"url", url}, {"track_prefix", List{"url:", "url:http"}}})
                .find("\"url:http\", which \"url:\" covers"),
            std::string::npos);
  EXPECT_NE(refusal({{"url", url}, {"track_prefix", List{"url:", "url:"}}}), "");
  EXPECT_NE(refusal({{"url", url}, {"track_prefix", List{""}}}), "");
  EXPECT_NE(refusal({{"url", url}, {"track_prefix", List{std::string(1025, 'k')}}}), "");
  List many;
  for (char c = 'a'; c <= 'q'; ++c) many.emplace_back(1, c);
  EXPECT_NE(refusal({{"url", url}, {"track_prefix", many}}).find("at most 16"), std::string::npos);
}

TEST(RedisOptions, WantAUrlAndSayHowToGiveIt) {
  for (const auto& values : {std::map<std::string, Data>{}, {{"url", std::string()}}}) {
    EXPECT_NE(refusal(values).find("[cache] url = \"redis://127.0.0.1:6379\""), std::string::npos);
  }
}

TEST(RedisOptions, TakeThePlaceOfWhatTheUrlSays) {
  const Options options = readOptions(settings({{"url", std::string("redis://a:b@localhost/1")},
                                                {"user", std::string("c")},
                                                {"password", std::string("d")},
                                                {"database", std::int64_t{2}}}));
  EXPECT_EQ(options.user, "c");
  EXPECT_EQ(options.password, "d");
  EXPECT_EQ(options.database, 2);
  EXPECT_FALSE(options.location.password);
}

TEST(RedisOptions, ComeFromTheUrlOtherwise) {
  const Options options = readOptions(settings({{"url", std::string("redis://a:b@localhost/1")}}));
  EXPECT_EQ(options.user, "a");
  EXPECT_EQ(options.password, "b");
  EXPECT_EQ(options.database, 1);
}

TEST(RedisOptions, NameThePlaceAndNoSecretWhenTheyAreWrong) {
  const std::string text = refusal({{"url", std::string("redis://:hunter2@host:99999")}});
  EXPECT_TRUE(text.starts_with("job.toml:2:7: cache.redis.url: has a port")) << text;
  EXPECT_EQ(text.find("hunter"), std::string::npos);
}

TEST(RedisOptions, WantAPasswordForAUser) {
  EXPECT_EQ(refusal({{"url", std::string("redis://hunter2@host")}}).find("hunter"),
            std::string::npos);
  EXPECT_NE(refusal({{"url", std::string("redis://host")}, {"user", std::string("a")}})
                .find("cache.redis.user: has a user but no password"),
            std::string::npos);
}

TEST(RedisOptions, HaveASignInForSentinelsOfItsOwn) {
  const Options options =
      readOptions(settings({{"url", std::string("redis+sentinel://a:b@s1,s2/pages?db=1")},
                            {"sentinel_user", std::string("c")},
                            {"sentinel_password", std::string("d")}}));
  EXPECT_EQ(options.user, "a");
  EXPECT_EQ(options.password, "b");
  EXPECT_EQ(options.sentinel_user, "c");
  EXPECT_EQ(options.sentinel_password, "d");
  EXPECT_EQ(options.database, 1);
  EXPECT_EQ(options.location.master, "pages");
}

TEST(RedisOptions, OfSentinelsWantSentinelsAndAPassword) {
  const Data sentinels = std::string("redis+sentinel://h/m");
  EXPECT_NE(refusal({{"url", sentinels}, {"sentinel_user", std::string("a")}})
                .find("set sentinel_password"),
            std::string::npos);
  for (const char* url : {"redis://h", "redis+cluster://h"}) {
    const std::string text =
        refusal({{"url", std::string(url)}, {"sentinel_password", std::string("hunter2")}});
    EXPECT_NE(text.find("redis+sentinel://"), std::string::npos) << text;
    EXPECT_EQ(text.find("hunter"), std::string::npos) << text;
  }
}

TEST(RedisOptions, RefuseADatabaseOfACluster) {
  const Data url = std::string("redis+cluster://h");
  EXPECT_NE(refusal({{"url", url}, {"database", std::int64_t{1}}}).find("leave it out"),
            std::string::npos);
  EXPECT_EQ(readOptions(settings({{"url", url}, {"database", std::int64_t{0}}})).database, 0);
}

TEST(RedisOptions, AreRefusedOutOfRange) {
  const Data url = std::string("redis://localhost");
  EXPECT_NE(refusal({{"url", url}, {"command_timeout", std::string("0s")}}), "");
  EXPECT_NE(refusal({{"url", url}, {"connect_timeout", std::string("never")}}), "");
  EXPECT_NE(refusal({{"url", url}, {"retry_period", std::string("2h")}}), "");
  EXPECT_NE(refusal({{"url", url}, {"max_connections", std::int64_t{0}}}), "");
  EXPECT_NE(refusal({{"url", url}, {"database", std::int64_t{-1}}}), "");
  EXPECT_NE(refusal({{"url", url}, {"max_value_size", std::string("1GiB")}}), "");
  EXPECT_NE(refusal({{"url", url}, {"max_value_size", std::string("10")}}), "");
  EXPECT_NE(refusal({{"url", url}, {"ca_file", std::string("/nowhere/ca.pem")}}), "");
}

TEST(RedisOptions, NameARestApiByAUrlWithHttps) {
  const Options options = readOptions(settings(
      {{"url", std::string("https://name.upstash.io")}, {"token", std::string("secret")}}));
  ASSERT_TRUE(options.rest);
  EXPECT_EQ(options.rest->token, "secret");
  EXPECT_EQ(options.location.shown(), "name.upstash.io:443");
  EXPECT_EQ(options.max_value_size, 9u << 20);
  EXPECT_FALSE(readOptions(settings({{"url", std::string("redis://localhost")}})).rest);
}

TEST(RedisOptions, OfARestApiAreCheckedAndShowNoSecret) {
  const Data url = std::string("https://name.upstash.io");
  const Data token = std::string("hunter2");
  EXPECT_NE(refusal({{"url", url}})
                .find("cache.redis.token: is missing: a url with http:// or https:// is the REST "
                      "API of Upstash"),
            std::string::npos);
  EXPECT_NE(refusal({{"url", std::string("http://127.0.0.1:6379")}})
                .find("; a Redis server itself is redis://127.0.0.1:6379"),
            std::string::npos);
  for (const char* const bad : {"hunter2\r\nHost: x", "hunter 2", "hunter2\xff"}) {
    const std::string text = refusal({{"url", url}, {"token", std::string(bad)}});
    EXPECT_NE(text.find("has characters that no token has"), std::string::npos);
    EXPECT_EQ(text.find("hunter"), std::string::npos);
  }
  EXPECT_NE(refusal({{"url", url}, {"token", token}, {"password", std::string("x")}}), "");
  EXPECT_NE(refusal({{"url", url}, {"token", token}, {"user", std::string("x")}}), "");
  EXPECT_NE(refusal({{"url", url}, {"token", token}, {"database", std::int64_t{1}}}), "");
  EXPECT_NE(refusal({{"url", url}, {"token", token}, {"max_value_size", std::string("64MiB")}})
                .find("from 1KiB to 9MiB over REST"),
            std::string::npos);
  EXPECT_NE(refusal({{"url", std::string("http://name.upstash.io")}, {"token", token}})
                .find("allow_plain_http"),
            std::string::npos);
  EXPECT_NE(refusal({{"url", std::string("redis://localhost")}, {"token", token}}), "");
}

TEST(RedisOptions, KnowTwoFormatsOfValues) {
  const Data url = std::string("redis://localhost");
  EXPECT_EQ(readOptions(settings({{"url", url}})).value_format, ValueFormat::kEntry);
  EXPECT_EQ(
      readOptions(settings({{"url", url}, {"value_format", std::string("body")}})).value_format,
      ValueFormat::kBody);
  EXPECT_NE(refusal({{"url", url}, {"value_format", std::string("text")}})
                .find("wants \"entry\" or \"body\""),
            std::string::npos);
}

TEST(RedisOptions, AreDeclaredWithTheirDefaults) {
  // Every declared default is read as the value that counts without it.
  std::map<std::string, Data> values;
  for (const OptionInfo& info : optionInfos()) {
    if (std::string_view(info.type) == "integer") {
      values[info.name] = std::int64_t{std::stoll(info.fallback)};
    } else if (std::string_view(info.name) == "allow_plain_http") {
      continue;  // for REST alone
    } else if (*info.fallback != '\0') {
      values[info.name] = std::string(info.fallback);
    }
    EXPECT_NE(std::string_view(info.help), "");
  }
  values["url"] = std::string("redis://localhost");
  const Options declared = readOptions(settings(values));
  const Options plain = readOptions(settings({{"url", std::string("redis://localhost")}}));
  EXPECT_EQ(declared.connect_timeout, plain.connect_timeout);
  EXPECT_EQ(declared.command_timeout, plain.command_timeout);
  EXPECT_EQ(declared.retry_period, plain.retry_period);
  EXPECT_EQ(declared.max_connections, plain.max_connections);
  EXPECT_EQ(declared.max_value_size, plain.max_value_size);
  EXPECT_EQ(declared.database, plain.database);
  EXPECT_EQ(declared.lease, plain.lease);
  EXPECT_EQ(declared.track_prefix, plain.track_prefix);
}

}  // namespace
}  // namespace forage::redis
