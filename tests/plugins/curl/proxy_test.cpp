// Through HTTP proxies, each scripted to say what it was asked for, and from an interface.
#include <cstdlib>

#include "proxy_fixture.h"

namespace forage::test {
namespace {

TEST_F(Proxies, OneThatDoesNotListenOrExistIsNamed) {
  const BoundSocket nobody;
  useProxy("http", "user:secret@127.0.0.1:" + std::to_string(nobody.port()));
  const Failure refused = failureAt("http://far.example/");
  EXPECT_EQ(refused.kind, ErrorKind::kConnect) << refused.message;
  EXPECT_EQ(refused.message.find("secret"), std::string::npos) << refused.message;
}

TEST_F(Proxies, HttpIsAskedForTheWholeUrl) {
  std::string received;
  {
    const ScriptedServer proxy([&](Peer& peer, std::size_t) {
      while (!peer.readRequest().empty()) {
        peer.send(okResponse("page"));
      }
    });
    useProxy("http", at(proxy));
    EXPECT_FALSE(fetch("http://one.example/").reused);
    EXPECT_TRUE(fetch("http://one.example/").reused);
    EXPECT_EQ(proxy.connections(), 1u);
  }
  {
    const ScriptedServer proxy([&](Peer& peer, std::size_t) {
      received = peer.readRequest();
      peer.send(okResponse("page"));
    });
    useProxy("http", "user:p%40ss@" + at(proxy));
    EXPECT_EQ(get("http://far.example:8080/a%2Fb?x=1&y").body, "page");
  }
  EXPECT_TRUE(received.starts_with("GET http://far.example:8080/a%2Fb?x=1&y HTTP/1.1\r\n"))
      << received;
  EXPECT_NE(received.find("\r\nHost: far.example:8080\r\n"), std::string::npos) << received;
  EXPECT_NE(received.find("\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n"), std::string::npos)
      << received;
}

TEST_F(Proxies, HttpMakesATunnelForTlsAndSeesNoFieldOfTheRequest) {
  std::string asked;
  std::string received;
  const auto tls = serverFor("DNS:far.example");
  {
    const ScriptedServer proxy([&](Peer& peer, std::size_t) {
      asked = peer.readRequest();
      peer.send("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n");
      if (!tls->accept(peer)) return;
      received = peer.readRequest();
      peer.send(okResponse("page"));
    });
    useProxy("http", "user:pass@" + at(proxy));
    Order order{.url = "https://far.example/x"};
    order.fields.add("Authorization", "Bearer ours");
    const Fetched fetched = client().fetch(std::move(order));
    EXPECT_EQ(fetched.requests, 1u);
    EXPECT_EQ(fetched.wire_bytes, okResponse("page").size());
    const Response response = responseOf(Fetched(fetched));
    EXPECT_EQ(response.body, "page") << response.reason;
    EXPECT_FALSE(response.headers.find("x-proxy"));
  }
  EXPECT_TRUE(asked.starts_with("CONNECT far.example:443 HTTP/1.1\r\n")) << asked;
  EXPECT_NE(asked.find("\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n"), std::string::npos);
  EXPECT_EQ(asked.find("ours"), std::string::npos) << asked;
  EXPECT_EQ(received.find("Proxy-"), std::string::npos) << received;
  EXPECT_NE(received.find("\r\nAuthorization: Bearer ours\r\n"), std::string::npos) << received;
}

TEST_F(Proxies, ATunnelThatIsRefusedIsNoResponse) {
  for (const char* status : {"407 Proxy Authentication Required", "403 Forbidden", "502 Bad"}) {
    const ScriptedServer proxy([&](Peer& peer, std::size_t) {
      peer.readRequest();
      peer.send("HTTP/1.1 " + std::string(status) +
                "\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 4\r\n\r\nnope");
    });
    useProxy("http", "user:secret@" + at(proxy));
    const Fetched fetched = fetch("https://far.example/");
    EXPECT_EQ(fetched.requests, 0u);
    const Failure failure = failureOf(Fetched(fetched));
    EXPECT_EQ(toString(failure.kind), "connect") << failure.message;
    EXPECT_NE(failure.message.find(std::string(status, 3)), std::string::npos) << failure.message;
    EXPECT_EQ(failure.message.find("secret"), std::string::npos) << failure.message;
  }
}

TEST_F(Proxies, HttpsIsVerifiedAsServersAre) {
  for (const bool right : {true, false}) {
    const auto tls = serverFor(right ? "IP:127.0.0.1" : "IP:127.0.0.2");
    const ScriptedServer proxy([&](Peer& peer, std::size_t) {
      if (tls->accept(peer) && !peer.readRequest().empty()) peer.send(okResponse("page"));
    });
    useProxy("https", at(proxy));
    Fetched fetched = fetch("http://far.example/");
    if (right) {
      const Response response = responseOf(std::move(fetched));
      EXPECT_EQ(response.body, "page") << response.reason;
    } else {
      EXPECT_EQ(failureOf(std::move(fetched)).kind, ErrorKind::kTls);
    }
  }
}

TEST_F(Proxies, AreLeftOutForHostsThatTheJobNames) {
  const ScriptedServer proxy([](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) peer.send(okResponse("proxy"));
  });
  const ScriptedServer server([](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) peer.send(okResponse("server"));
  });
  for (const std::vector<std::string>& names : std::vector<std::vector<std::string>>{
           {"else.example", "127.0.0.1"}, {"else.example", "127.0.0.0/8"}, {"*"}}) {
    useProxy("http", at(proxy), names);
    EXPECT_EQ(get(server.url()).body, "server") << names.back();
  }
  useProxy("http", at(proxy), {"else.example", "10.0.0.0/8"});
  EXPECT_EQ(get(server.url()).body, "proxy");
  EXPECT_EQ(get("http://www.far.example/").body, "proxy");
  useProxy("http", at(proxy), {"localhost"});
  EXPECT_EQ(get("http://sub.localhost:" + std::to_string(server.port()) + "/").body, "server");
}

TEST_F(Proxies, OfTheEnvironmentAreNotUsed) {
  const BoundSocket nobody;
  const std::string nowhere = "http://127.0.0.1:" + std::to_string(nobody.port());
  const ScriptedServer proxy([](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) peer.send(okResponse("proxy"));
  });
  const ScriptedServer server([](Peer& peer, std::size_t) {
    while (!peer.readRequest().empty()) peer.send(okResponse("server"));
  });
  for (const char* name : {"http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"}) {
    ::setenv(name, nowhere.c_str(), 1);
  }
  useOptions({});
  EXPECT_EQ(get(server.url()).body, "server");
  ::setenv("no_proxy", "*", 1);
  useProxy("http", at(proxy));
  EXPECT_EQ(get(server.url()).body, "proxy");
  for (const char* name : {"http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "no_proxy"}) {
    ::unsetenv(name);
  }
}

TEST_F(Proxies, ConnectionsComeFromTheAddressThatTheJobNames) {
  const BoundSocket listener;
  ASSERT_EQ(::listen(listener.fd(), 8), 0);
  const std::string url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/";
  for (const char* from : {"127.0.0.2", "lo"}) {
    useOptions({{"interface", option(from)}});
    const FetchId id = client().start(url);
    sockaddr_in peer{};
    int accepted = -1;
    EXPECT_TRUE(runUntil(client(), [&] {
      pollfd item{listener.fd(), POLLIN, 0};
      if (::poll(&item, 1, 0) <= 0) return false;
      socklen_t size = sizeof peer;
      accepted = ::accept(listener.fd(), reinterpret_cast<sockaddr*>(&peer), &size);
      return accepted >= 0;
    }));
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &peer.sin_addr, text.data(), text.size());
    EXPECT_STREQ(text.data(), std::string(from) == "lo" ? "127.0.0.1" : from);
    client().cancel(id);
    ::close(accepted);
  }
}

}  // namespace
}  // namespace forage::test
