#include "rest_url.h"

#include <gtest/gtest.h>

#include <string>

namespace forage::redis {
namespace {

std::string refusal(std::string_view url, bool allow_plain_http = false) {
  std::string why;
  EXPECT_FALSE(parseRestUrl(url, allow_plain_http, why)) << url;
  EXPECT_EQ(why.find("hunter2"), std::string::npos) << why;
  return why;
}

TEST(RestUrl, NamesASite) {
  std::string why;
  const auto site = parseRestUrl("HTTPS://us1-merry-cat-32748.upstash.io", false, why);
  ASSERT_TRUE(site) << why;
  EXPECT_EQ(site->host, "us1-merry-cat-32748.upstash.io");
  EXPECT_EQ(site->port, 443);
  EXPECT_TRUE(site->tls);
  EXPECT_EQ(site->authority, "us1-merry-cat-32748.upstash.io");
  EXPECT_EQ(site->base, "");
}

TEST(RestUrl, MayHaveAPortAndAPath) {
  std::string why;
  const auto site = parseRestUrl("https://[::1]:8443/redis/rest/", false, why);
  ASSERT_TRUE(site) << why;
  EXPECT_EQ(site->host, "::1");
  EXPECT_EQ(site->port, 8443);
  EXPECT_EQ(site->authority, "[::1]:8443");
  EXPECT_EQ(site->base, "/redis/rest");
}

TEST(RestUrl, IsPlainForTheLoopbackOrWhereAllowed) {
  std::string why;
  for (const char* const url :
       {"http://localhost:8079", "http://127.0.0.1", "http://127.8.9.10:1", "http://[::1]:8079"}) {
    const auto site = parseRestUrl(url, false, why);
    ASSERT_TRUE(site) << url << why;
    EXPECT_FALSE(site->tls);
  }
  for (const char* const url : {"http://redis.example", "http://10.0.0.1:8079",
                                "http://localhost.example", "http://127.0.0.1.example"}) {
    EXPECT_NE(refusal(url).find("allow_plain_http = true"), std::string::npos) << url;
    EXPECT_TRUE(parseRestUrl(url, true, why)) << url;
  }
}

TEST(RestUrl, ShowsNoPartOfOneThatIsWrong) {
  EXPECT_NE(refusal("https://a:hunter2@host").find("token"), std::string::npos);
  EXPECT_NE(refusal("https://host/?_token=hunter2").find("token"), std::string::npos);
  EXPECT_NE(refusal("https://hunter2:99999"), "");
  EXPECT_NE(refusal("https://"), "");
}

TEST(RestUrl, IsToldByItsScheme) {
  EXPECT_TRUE(isRestUrl("https://host"));
  EXPECT_TRUE(isRestUrl("HTTP://host"));
  EXPECT_FALSE(isRestUrl("redis://host"));
  EXPECT_FALSE(isRestUrl("rediss://host"));
  EXPECT_FALSE(isRestUrl("http"));
}

}  // namespace
}  // namespace forage::redis
