// Names: slow DNS holds up nobody, every address is tried, answers are kept and shared.
#include "http_fixture.h"
#include "support/scripted_dns.h"

namespace forage::test {
namespace {

class Resolving : public FetcherTest {
 protected:
  void use(const ScriptedDns& dns) { useOptions({{"dns_servers", option(dns.address())}}); }

  static ScriptedServer::Script serving(std::string body) {
    return [body = std::move(body)](Peer& peer, std::size_t) {
      while (!peer.readRequest().empty()) {
        peer.send(okResponse(body, "Connection: close\r\n"));
      }
    };
  }
  static std::string at(const std::string& host, const ScriptedServer& server) {
    return "http://" + host + ":" + std::to_string(server.port()) + "/";
  }
};

TEST_F(Resolving, FindsTheAddressOfAName) {
  const ScriptedDns dns({{"one.test", {.v4 = {"127.0.0.1"}}}});
  use(dns);
  std::string host;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    host = peer.readRequest();
    peer.send(okResponse("page"));
  });
  const Response response = get(at("one.test", server));
  EXPECT_EQ(response.body, "page") << response.reason;
  EXPECT_NE(host.find("\r\nHost: one.test:" + std::to_string(server.port())), std::string::npos);
}

TEST_F(Resolving, FailsForANameThatDoesNotExist) {
  const ScriptedDns dns({});
  use(dns);
  const Fetched fetched = fetch("http://nowhere.test/");
  EXPECT_EQ(fetched.requests, 0u);
  const Failure failure = failureOf(Fetched(fetched));
  EXPECT_EQ(failure.kind, ErrorKind::kResolve);
  EXPECT_NE(failure.message.find("nowhere.test"), std::string::npos) << failure.message;
}

TEST_F(Resolving, FailsForANameWithoutAddress) {
  const ScriptedDns dns({{"empty.test", {.ttl = 1}}});
  use(dns);
  EXPECT_EQ(failureAt("http://empty.test/").kind, ErrorKind::kResolve);
}

// H4: DNS that does not answer holds up neither its own deadline nor another fetch.
TEST_F(Resolving, HoldsUpNobodyElse) {
  const ScriptedDns dns({{"slow.test", {.silent = true}}, {"one.test", {.v4 = {"127.0.0.1"}}}});
  use(dns);
  const ScriptedServer server(serving("page"));
  std::vector<FetchId> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(client().start(
        {.url = at("slow.test", server), .limits = {.connect_timeout = Millis(300)}}));
  }
  for (int i = 0; i < 10; ++i) EXPECT_EQ(get(at("one.test", server)).body, "page");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(get(server.url()).body, "page");
  for (const FetchId id : slow) {
    const Failure failure = failureOf(client().finish(id));
    EXPECT_EQ(failure.kind, ErrorKind::kTimeout);
    EXPECT_NE(failure.message.find("slow.test"), std::string::npos) << failure.message;
  }
}

// H8
TEST_F(Resolving, TriesEveryAddress) {
  const ScriptedServer server(serving("page"), "127.0.0.4");
  const ScriptedDns dns(
      {{"many.test", {.v4 = {"127.0.0.2", "127.0.0.3", "127.0.0.4"}, .v6 = {"::1"}}}});
  use(dns);
  const Response response = get(at("many.test", server));
  EXPECT_EQ(response.body, "page") << response.reason;
}

TEST_F(Resolving, SaysWhyNoAddressDid) {
  const BoundSocket nobody;
  const ScriptedDns dns({{"many.test", {.v4 = {"127.0.0.1", "127.0.0.2"}}}});
  use(dns);
  const std::string where = "many.test:" + std::to_string(nobody.port());
  const Failure failure = failureAt("http://" + where + "/");
  EXPECT_EQ(failure.kind, ErrorKind::kConnect);
  EXPECT_EQ(failure.message, where + ": Connection refused");
}

TEST_F(Resolving, SharesOneQueryBetweenFetches) {
  const ScriptedDns dns({{"one.test", {.v4 = {"127.0.0.1"}}}});
  use(dns);
  const ScriptedServer server(serving("page"));
  std::vector<FetchId> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(client().start(at("one.test", server)));
  for (const FetchId id : ids) EXPECT_EQ(responseOf(client().finish(id)).body, "page");
  EXPECT_EQ(dns.queries(), 2u);  // A and AAAA
}

TEST_F(Resolving, KeepsAnswersForTheirTime) {
  const ScriptedDns dns({{"one.test", {.v4 = {"127.0.0.1"}, .ttl = 60}}});
  use(dns);
  const ScriptedServer server(serving("page"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get(at("one.test", server)).body, "page");
  EXPECT_EQ(server.connections(), 5u);
  EXPECT_EQ(dns.queries(), 2u);
}

TEST_F(Resolving, AsksNobodyForLocalhostAndLiterals) {
  const ScriptedDns dns({});
  use(dns);
  const ScriptedServer server(serving("page"));
  for (const char* host : {"localhost", "LOCALHOST", "sub.localhost", "127.0.0.1"}) {
    const Response response = get(at(host, server));
    EXPECT_EQ(response.body, "page") << host << ": " << response.reason;
  }
  EXPECT_EQ(dns.queries(), 0u);
}

TEST_F(Resolving, CanBeCancelled) {
  const ScriptedDns dns({{"slow.test", {.silent = true}}});
  use(dns);
  const FetchId one = client().start("http://slow.test/");
  const FetchId two = client().start("http://slow.test/");
  client().wait(soon(Millis(5)));
  client().cancel(one);
  client().wait(soon(Millis(5)));
  client().cancel(two);
  client().start("http://slow.test/");  // and its session ends meanwhile
}

// A name whose first address takes no connection and refuses none: the next one is tried beside it.
TEST_F(Resolving, DoesNotWaitForADeadAddress) {
  const BoundSocket hole("127.0.0.2");
  ASSERT_EQ(::listen(hole.fd(), 0), 0);
  std::vector<int> fill;
  for (int i = 0; i < 3; ++i) {  // a full backlog: the kernel drops what comes
    fill.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(hole.port());
    ::inet_pton(AF_INET, "127.0.0.2", &address.sin_addr);
    [[maybe_unused]] const int begun =
        ::connect(fill.back(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  const ScriptedServer server(serving("page"), "127.0.0.3", hole.port());
  const ScriptedDns dns({{"half.test", {.v4 = {"127.0.0.2", "127.0.0.3"}}}});
  use(dns);
  const TimePoint begun = std::chrono::steady_clock::now();
  const Response response = get(at("half.test", server));
  EXPECT_EQ(response.body, "page") << response.reason;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, Millis(5'000));
  for (const int fd : fill) ::close(fd);
}

}  // namespace
}  // namespace forage::test
