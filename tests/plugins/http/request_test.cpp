// What goes over the wire, and what does not.
#include "http_fixture.h"

namespace forage::test {
namespace {

class Requests : public FetcherTest {
 protected:
  // What a server receives for `order`, whose URL is the path only.
  std::string sent(Order order) {
    std::string received;
    const ScriptedServer server([&](Peer& peer, std::size_t) {
      received = peer.readRequest();
      peer.send(okResponse(""));
    });
    port_ = server.port();
    order.url = order.url.starts_with("//") ? "http:" + order.url + std::to_string(port_) + "/"
                                            : server.url(order.url);
    const Response response = responseOf(client().fetch(std::move(order)));
    EXPECT_EQ(response.status, 200) << response.reason;
    return received;
  }
  std::uint16_t port_ = 0;
};

TEST_F(Requests, SayNoMoreThanTheyMust) {
  const std::string request = sent({.url = "/a%2Fb?x=1,2&y"});
  EXPECT_EQ(request,
            "GET /a%2Fb?x=1,2&y HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) + "\r\n\r\n");
}

TEST_F(Requests, KeepTheFieldsInOrderAndTheFramingOurs) {
  Headers fields;
  fields.add("User-Agent", "test");
  fields.add("Host", "evil");
  fields.add("Content-Length", "99");
  fields.add("Transfer-Encoding", "chunked");
  fields.add("connection", "upgrade");
  fields.add("Accept", "*/*");
  const std::string request = sent({.url = "/", .fields = fields});
  EXPECT_EQ(request, "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
                         "\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n");
}

TEST_F(Requests, SayThatAnExpectedBodyIsEmpty) {
  EXPECT_NE(sent({.url = "/", .method = "POST"}).find("Content-Length: 0\r\n"), std::string::npos);
  EXPECT_EQ(sent({.url = "/", .method = "DELETE"}).find("Content-Length"), std::string::npos);
}

TEST_F(Requests, DoNotSendUserInformation) {
  const std::string request = sent({.url = "//user:secret@127.0.0.1:"});
  EXPECT_EQ(request.find("secret"), std::string::npos) << request;
  EXPECT_EQ(request.find("Authorization"), std::string::npos) << request;
}

TEST_F(Requests, ThatCarryLineEndsAreRefused) {
  const ScriptedServer server([](Peer& peer, std::size_t) { peer.waitForEnd(); });
  const Order bad_method{.url = server.url(), .method = "GET / HTTP/1.1\r\nX: y\r\n\r\nGET"};
  EXPECT_EQ(failureOf(client().fetch(bad_method)).kind, ErrorKind::kProtocol);
  Order bad_field{.url = server.url()};
  bad_field.fields = Headers("X: a\rHost: evil\r\n");
  EXPECT_EQ(failureOf(client().fetch(bad_field)).kind, ErrorKind::kProtocol);
  EXPECT_EQ(failureOf(client().fetch({.url = server.url(), .method = "CONNECT"})).kind,
            ErrorKind::kProtocol);
}

// Fields are checked once and remembered: what was refused, or came before, is not sent later.
TEST_F(Requests, CarryTheirOwnFieldsWhateverCameBefore) {
  Headers first("X-One: 1\r\nX-Two: 2\r\n");
  EXPECT_NE(sent({.url = "/", .fields = first}).find("X-Two: 2\r\n"), std::string::npos);
  EXPECT_NE(sent({.url = "/", .fields = first}).find("X-Two: 2\r\n"), std::string::npos);
  const ScriptedServer server([](Peer& peer, std::size_t) { peer.waitForEnd(); });
  Order bad{.url = server.url()};
  bad.fields = Headers("X-One: 1\r\nX: a\rHost: evil\r\n");
  EXPECT_EQ(failureOf(client().fetch(bad)).kind, ErrorKind::kProtocol);
  EXPECT_EQ(sent({.url = "/"}).find("X-"), std::string::npos);
  EXPECT_EQ(failureOf(client().fetch(bad)).kind, ErrorKind::kProtocol);
}

TEST_F(Requests, WithoutAUrlFail) {
  Url none;
  for (const Url* url : {static_cast<const Url*>(nullptr), static_cast<const Url*>(&none)}) {
    const auto fetcher = makeFetcher();
    const auto session = fetcher->open();
    session->start(1, Request{"GET", url, {}, {}}, {});
    std::vector<Fetched> done;
    session->wait(soon(Millis(1'000)), done);
    ASSERT_EQ(done.size(), 1u);
    EXPECT_EQ(failureOf(std::move(done[0])).kind, ErrorKind::kUrl);
  }
}

TEST_F(Requests, GoToIpv6Literals) {
  std::unique_ptr<ScriptedServer> server;
  try {
    server = std::make_unique<ScriptedServer>(
        [](Peer& peer, std::size_t) { peer.send(okResponse(peer.readRequest())); }, "::1");
  } catch (const std::system_error& error) {
    GTEST_SKIP() << "this machine has no IPv6: " << error.what();
  }
  const Response response = get(server->url());
  EXPECT_NE(response.body.find("\r\nHost: [::1]:" + std::to_string(server->port()) + "\r\n"),
            std::string::npos)
      << response.reason;
}

}  // namespace
}  // namespace forage::test
