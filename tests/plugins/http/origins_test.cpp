#include "http/origins.h"

#include <gtest/gtest.h>

#include <string>

namespace forage::http1 {
namespace {

Url url(const std::string& text) { return Url::parse(text).value(); }

TEST(Origins, PagesOfOneHostAndSchemeAndPortShareOne) {
  Origins origins;
  Origin& first = origins.enter(url("http://a.example/1"));
  EXPECT_EQ(&origins.enter(url("http://a.example:80/2?x=1")), &first);
  EXPECT_EQ(first.users, 2u);
  EXPECT_NE(&origins.enter(url("https://a.example/1")), &first);
  EXPECT_NE(&origins.enter(url("http://a.example:8080/1")), &first);
  EXPECT_EQ(&origins.enter(url("http://a.example/3")), &first) << "also after others";
  EXPECT_EQ(origins.size(), 3u);
}

TEST(Origins, KnowWhereTheyAre) {
  Origins origins;
  const Origin& plain = origins.enter(url("http://a.example/"));
  EXPECT_EQ(plain.host, "a.example");
  EXPECT_EQ(plain.port, 80);
  EXPECT_FALSE(plain.tls);
  EXPECT_EQ(plain.where, "a.example:80");
  const Origin& secure = origins.enter(url("https://[::1]:8443/"));
  EXPECT_EQ(secure.host, "::1") << "without brackets";
  EXPECT_TRUE(secure.tls);
  EXPECT_EQ(secure.where, "[::1]:8443");
}

TEST(Origins, OneThatNobodyUsesIsForgotten) {
  Origins origins;
  Origin& origin = origins.enter(url("http://a.example/1"));
  origins.enter(origin);
  origins.leave(origin);
  EXPECT_EQ(origins.size(), 1u);
  origins.leave(origin);
  EXPECT_EQ(origins.size(), 0u);
  EXPECT_EQ(origins.enter(url("http://a.example/1")).users, 1u);
}

TEST(Origins, TheOneAskedForLastIsForgottenToo) {
  Origins origins;
  (void)origins.enter(url("http://a.example/1"));
  Origin& last = origins.enter(url("http://a.example/2"));
  origins.leave(last);
  origins.leave(last);
  Origin& other = origins.enter(url("http://b.example/1"));
  EXPECT_EQ(origins.enter(url("http://a.example/3")).host, "a.example");
  EXPECT_EQ(other.host, "b.example");
}

}  // namespace
}  // namespace forage::http1
