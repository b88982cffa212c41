// Through SOCKS proxies, each scripted to say what it was asked for.
#include "proxy_fixture.h"

namespace forage::test {
namespace {

std::string exactly(Peer& peer, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    const std::string more = peer.readSome(size - bytes.size());
    if (more.empty()) throw std::runtime_error("the client has gone");
    bytes += more;
  }
  return bytes;
}

std::string prefixed(Peer& peer) {
  return exactly(peer, static_cast<unsigned char>(exactly(peer, 1)[0]));
}

std::string upToNul(Peer& peer) {
  std::string text;
  for (std::string byte; (byte = exactly(peer, 1)) != std::string(1, '\0');) text += byte;
  return text;
}

/// What a client asks of a SOCKS proxy.
struct SocksRequest {
  std::string user;
  std::string password;
  std::string host;  // "1.2.3.4" for an address
  int port = 0;
};

std::string dotted(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    text += (text.empty() ? "" : ".") + std::to_string(static_cast<unsigned char>(c));
  }
  return text;
}

int portOf(const std::string& bytes) {
  return static_cast<unsigned char>(bytes[0]) * 256 + static_cast<unsigned char>(bytes[1]);
}

// RFC 1928 and 1929: up to the request, which is not answered yet.
SocksRequest readSocks5(Peer& peer) {
  SocksRequest request;
  exactly(peer, 1);
  const bool names_itself = prefixed(peer).find('\x02') != std::string::npos;
  peer.send(names_itself ? std::string("\x05\x02") : std::string("\x05\x00", 2));
  if (names_itself) {
    exactly(peer, 1);
    request.user = prefixed(peer);
    request.password = prefixed(peer);
    peer.send(std::string("\x01\x00", 2));
  }
  const std::string head = exactly(peer, 4);
  request.host = head[3] == '\x03' ? prefixed(peer) : dotted(exactly(peer, 4));
  request.port = portOf(exactly(peer, 2));
  return request;
}

void answerSocks5(Peer& peer, char code) {
  peer.send(std::string("\x05") + code + std::string("\x00\x01\x00\x00\x00\x00\x00\x00", 8));
}

// SOCKS 4 and 4a, answered.
SocksRequest acceptSocks4(Peer& peer) {
  SocksRequest request;
  exactly(peer, 2);
  request.port = portOf(exactly(peer, 2));
  const std::string address = exactly(peer, 4);
  request.user = upToNul(peer);
  request.host = address.starts_with(std::string(3, '\0')) ? upToNul(peer) : dotted(address);
  peer.send(std::string("\x00\x5a\x00\x00\x00\x00\x00\x00", 8));
  return request;
}

class Socks : public Proxies {
 protected:
  // What a SOCKS5 proxy is asked for, whose answer to it is the page.
  SocksRequest askedOfSocks5(const std::string& scheme, const std::string& credentials,
                             const std::string& url) {
    SocksRequest request;
    {
      const ScriptedServer proxy([&](Peer& peer, std::size_t) {
        request = readSocks5(peer);
        answerSocks5(peer, 0);
        if (!peer.readRequest().empty()) peer.send(okResponse("page"));
      });
      useProxy(scheme, credentials + at(proxy));
      const Fetched fetched = fetch(url);
      EXPECT_EQ(fetched.requests, 1u);
      const Response response = responseOf(Fetched(fetched));
      EXPECT_EQ(response.body, "page") << response.reason;
    }
    return request;
  }
};

TEST_F(Socks, FiveResolvesNoName) {
  const SocksRequest request = askedOfSocks5("socks5", "", "http://localhost:81/");
  EXPECT_EQ(request.host, "127.0.0.1");
  EXPECT_EQ(request.port, 81);
  EXPECT_EQ(request.user, "");
}

TEST_F(Socks, FiveWithHGetsTheNameAndWhoAsks) {
  const SocksRequest request =
      askedOfSocks5("socks5h", "user:p%40ss%3Aword@", "http://only.known.there.example/");
  EXPECT_EQ(request.host, "only.known.there.example");
  EXPECT_EQ(request.port, 80);
  EXPECT_EQ(request.user, "user");
  EXPECT_EQ(request.password, "p@ss:word");
}

TEST_F(Socks, FourGetsAnAddressAndFourAAName) {
  for (const bool by_name : {false, true}) {
    SocksRequest request;
    const ScriptedServer proxy([&](Peer& peer, std::size_t) {
      request = acceptSocks4(peer);
      if (!peer.readRequest().empty()) peer.send(okResponse("page"));
    });
    useProxy(by_name ? "socks4a" : "socks4", "user@" + at(proxy));
    const Response response =
        get(by_name ? "http://only.known.there.example:82/" : "http://127.0.0.1:82/");
    EXPECT_EQ(response.body, "page") << response.reason;
    EXPECT_EQ(request.host, by_name ? "only.known.there.example" : "127.0.0.1");
    EXPECT_EQ(request.port, 82);
    EXPECT_EQ(request.user, "user");
  }
}

TEST_F(Socks, TlsIsVerifiedThroughIt) {
  for (const bool right : {true, false}) {
    const auto tls = serverFor(right ? "DNS:far.example" : "DNS:other.example");
    const ScriptedServer proxy([&](Peer& peer, std::size_t) {
      readSocks5(peer);
      answerSocks5(peer, 0);
      if (tls->accept(peer) && !peer.readRequest().empty()) peer.send(okResponse("page"));
    });
    useProxy("socks5h", at(proxy));
    Fetched fetched = fetch("https://far.example/");
    if (right) {
      EXPECT_EQ(responseOf(std::move(fetched)).body, "page");
    } else {
      EXPECT_EQ(fetched.requests, 0u);
      EXPECT_EQ(failureOf(std::move(fetched)).kind, ErrorKind::kTls);
    }
  }
}

TEST_F(Socks, WhatItRefusesHasAKindAndNoSecret) {
  for (const char code : {'\x01', '\x04', '\x05'}) {
    const ScriptedServer proxy([&](Peer& peer, std::size_t) {
      readSocks5(peer);
      answerSocks5(peer, code);
      peer.waitForEnd();
    });
    useProxy("socks5h", "user:secret@" + at(proxy));
    const Fetched fetched = fetch("http://far.example/");
    EXPECT_EQ(fetched.requests, 0u);
    const Failure failure = failureOf(Fetched(fetched));
    EXPECT_EQ(toString(failure.kind), "connect") << failure.message;
    EXPECT_EQ(failure.message.find("secret"), std::string::npos) << failure.message;
    EXPECT_NE(failure.message.find("proxy"), std::string::npos) << failure.message;
  }
}

TEST_F(Socks, ASilentOneTimesOutByItself) {
  const ScriptedServer proxy([](Peer& peer, std::size_t) { peer.waitForEnd(); });
  for (const char* scheme : {"socks5h", "socks4a", "https"}) {
    useProxy(scheme, at(proxy));
    const Failure failure = failureOf(
        client().fetch({.url = "http://far.example/", .limits = {.connect_timeout = Millis(100)}}));
    EXPECT_EQ(failure.kind, ErrorKind::kTimeout) << scheme << ": " << failure.message;
  }
}

}  // namespace
}  // namespace forage::test
