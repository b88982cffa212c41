#include "support/nginx_server.h"

#include <gtest/gtest.h>

#include <string>

#include "origin/client.h"

namespace forage::test {
namespace {

TEST(NginxServer, ServesItsPagesAndCountsRequests) {
  const NginxServer server(20);
  EXPECT_EQ(server.requestCount(), 0u);
  Client client(server.port());
  for (std::size_t i = 0; i < 20; ++i) {
    const Answer answer = client.get(NginxServer::pagePath(i));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, NginxServer::pageText(i));
    EXPECT_EQ(answer.body.size(), NginxServer::kPageBytes);
  }
  EXPECT_EQ(client.get("/page/20.html").status, 404);
  EXPECT_EQ(server.requestCount(), 21u);
  EXPECT_EQ(server.requests().front(), "/page/0.html");
  EXPECT_EQ(server.pageUrl(3), server.url() + "/page/3.html");
}

TEST(NginxServer, CountsEveryAnswerThatHasArrived) {
  const NginxServer server(1);
  Client client(server.port());
  for (std::size_t i = 1; i <= 200; ++i) {
    client.get("/page/0.html");
    ASSERT_EQ(server.requestCount(), i);
  }
}

TEST(NginxServer, TakesFurtherDirectives) {
  const NginxServer server(0, "location = /old { return 301 /new; }");
  EXPECT_EQ(Client(server.port()).get("/old").status, 301);
}

TEST(NginxServer, LeavesNothingBehind) {
  std::uint16_t port = 0;
  std::filesystem::path root;
  {
    const NginxServer server(1);
    port = server.port();
    root = server.root();
    EXPECT_TRUE(std::filesystem::exists(root));
  }
  EXPECT_FALSE(std::filesystem::exists(root));
  EXPECT_THROW(Client{port}, std::runtime_error);
}

TEST(NginxServer, SaysWhatItDoesNotUnderstand) {
  try {
    const NginxServer server(0, "no_such_directive;");
    FAIL() << "it cannot have started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("no_such_directive"), std::string::npos);
  }
}

}  // namespace
}  // namespace forage::test
