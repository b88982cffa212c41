// Streams as store threads use them: connected in one call, waited for with poll.
#include "net/stream.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/un.h>

#include <array>
#include <filesystem>
#include <string>

#include "conformance/fetch_client.h"
#include "conformance/scripted_server.h"
#include "forage/error.h"
#include "net/connect.h"
#include "support/tls_codec.h"
#include "support/tls_identity.h"

namespace forage::net {
namespace {

using conformance::BoundSocket;
using conformance::Peer;
using conformance::ScriptedServer;
using conformance::soon;

constexpr Millis kPatience{20'000};

Endpoint endpointOf(const ScriptedServer& server, bool tls = false) {
  return {.host = "localhost", .port = server.port(), .unix_path = "", .tls = tls};
}

void writeAll(Stream& stream, std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t n = 0;
    const Io io = stream.write(bytes, n);
    ASSERT_NE(io, Io::kError) << stream.error();
    if (io == Io::kDone) {
      bytes.remove_prefix(n);
    } else {
      ASSERT_TRUE(waitReady(stream.fd(), io == Io::kWantWrite, soon(kPatience)));
    }
  }
}

// All until the stream ends; `last` says how.
std::string readAll(Stream& stream, Io& last) {
  std::string all;
  std::array<char, 1000> buffer;
  for (;;) {
    std::size_t n = 0;
    last = stream.read(buffer, n);
    if (last == Io::kDone) {
      all.append(buffer.data(), n);
    } else if (last == Io::kWantRead || last == Io::kWantWrite) {
      EXPECT_TRUE(waitReady(stream.fd(), last == Io::kWantWrite, soon(kPatience)));
    } else {
      return all;
    }
  }
}

// Writes after a reset has been read, which raises SIGPIPE unless that is prevented each time. Poco
// blocks the signal when it is loaded; an application may not.
void writeAfterReset(Stream& stream) {
  sigset_t pipe;
  sigset_t before;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_UNBLOCK, &pipe, &before);
  Io last = Io::kDone;
  readAll(stream, last);
  EXPECT_EQ(last, Io::kError);
  for (int i = 0; i < 3; ++i) {
    std::size_t n = 0;
    EXPECT_EQ(stream.write("more", n), Io::kError);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

ErrorKind kindOf(const Endpoint& endpoint, const std::shared_ptr<TlsContext>& tls = nullptr,
                 Millis limit = kPatience) {
  try {
    [[maybe_unused]] const auto stream = connectBlocking(endpoint, tls, soon(limit));
  } catch (const FetchError& error) {
    EXPECT_NE(error.message().find(endpoint.unix_path.empty() ? endpoint.host : endpoint.unix_path),
              std::string::npos)
        << error.message();
    return error.kind();
  }
  return ErrorKind::kNone;
}

TEST(Stream, CarriesBytesBothWaysOverTcp) {
  const std::string large(3u << 20, 'x');
  std::string received;
  {
    const ScriptedServer server([&](Peer& peer, std::size_t) {
      while (received.size() < large.size()) received += peer.readSome(65536);
      peer.send(large);
    });
    const auto stream = connectBlocking(endpointOf(server), nullptr, soon(kPatience));
    EXPECT_TRUE(stream->isQuiet());
    writeAll(*stream, large);
    Io last = Io::kError;
    EXPECT_TRUE(readAll(*stream, last) == large);
    EXPECT_EQ(last, Io::kEnd);
    EXPECT_FALSE(stream->isQuiet());
  }
  EXPECT_TRUE(received == large);
}

TEST(Stream, WritesItsPartsInOrder) {
  std::string received;
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    while (received.size() < 6) received += peer.readSome(100);
    peer.send("thanks");
  });
  const auto stream = connectBlocking(endpointOf(server), nullptr, soon(kPatience));
  const std::array<std::string_view, 4> parts = {"one", "", "two", ""};
  std::size_t n = 0;
  EXPECT_EQ(stream->write(parts, n), Io::kDone);
  EXPECT_EQ(n, 6u);
  Io last = Io::kError;
  EXPECT_EQ(readAll(*stream, last), "thanks");
  EXPECT_EQ(received, "onetwo");
}

TEST(Stream, TellsAResetFromAnEnd) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    peer.readSome(1);
    peer.reset();
  });
  const auto stream = connectBlocking(endpointOf(server), nullptr, soon(kPatience));
  writeAll(*stream, "x");
  Io last = Io::kEnd;
  readAll(*stream, last);
  EXPECT_EQ(last, Io::kError);
  EXPECT_EQ(stream->fault(), Fault::kLost);
  EXPECT_EQ(stream->error(), "Connection reset by peer");
}

TEST(Stream, WritesWithoutSigpipe) {
  const ScriptedServer server([](Peer& peer, std::size_t) {
    peer.readSome(1);
    peer.reset();
  });
  const auto stream = connectBlocking(endpointOf(server), nullptr, soon(kPatience));
  writeAll(*stream, "x");
  writeAfterReset(*stream);
}

TEST(Stream, ConnectsToUnixSockets) {
  std::string pattern = (std::filesystem::temp_directory_path() / "forage-unix-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  const std::string path = folder / "socket";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(kindOf({.host = "", .port = 0, .unix_path = path, .tls = false}), ErrorKind::kConnect);
  ASSERT_EQ(::listen(listener, 8), 0);
  const auto stream = connectBlocking({.host = "", .port = 0, .unix_path = path, .tls = false},
                                      nullptr, soon(kPatience));
  Peer peer(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  peer.send("hello");
  peer.close();
  Io last = Io::kError;
  EXPECT_EQ(readAll(*stream, last), "hello");
  ::close(listener);
  std::filesystem::remove_all(folder);
  EXPECT_EQ(kindOf({.host = "", .port = 0, .unix_path = path, .tls = false}), ErrorKind::kConnect);
  EXPECT_EQ(kindOf({.host = "", .port = 0, .unix_path = std::string(300, 'x'), .tls = false}),
            ErrorKind::kConnect);
}

TEST(Stream, SaysWhyItCannotConnect) {
  const BoundSocket nobody;
  EXPECT_EQ(kindOf({.host = "127.0.0.1", .port = nobody.port(), .unix_path = "", .tls = false}),
            ErrorKind::kConnect);
  ASSERT_EQ(::listen(nobody.fd(), 0), 0);
  std::vector<std::unique_ptr<Stream>> fill;  // of the backlog
  const Endpoint endpoint{
      .host = "127.0.0.1", .port = nobody.port(), .unix_path = "", .tls = false};
  ErrorKind kind = ErrorKind::kNone;
  for (int i = 0; i < 4 && kind == ErrorKind::kNone; ++i) {
    try {
      fill.push_back(connectBlocking(endpoint, nullptr, soon(Millis(100))));
    } catch (const FetchError& error) {
      kind = error.kind();
    }
  }
  EXPECT_EQ(kind, ErrorKind::kTimeout);
}

class TlsStream : public testing::Test {
 protected:
  TlsStream() {
    std::string pattern = (std::filesystem::temp_directory_path() / "forage-tls-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    authority_.writeTo(folder_ / "ca.pem");
    TlsOptions options;
    options.ca_file = folder_ / "ca.pem";
    context_ = std::make_shared<TlsContext>(std::move(options));
  }
  ~TlsStream() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  test::TlsAuthority authority_;
  std::shared_ptr<TlsContext> context_;
};

TEST_F(TlsStream, CarriesBytesBothWays) {
  const std::string large(3u << 20, 'x');
  const test::TlsServer tls(authority_.issue("DNS:localhost"));
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    const auto codec = tls.accept(peer);
    if (!codec) return;
    std::string received;
    while (received.size() < large.size()) received += peer.readSome(65536);
    peer.send(received);
    codec->sendCloseNotify();
    peer.waitForEnd();
  });
  const auto stream = connectBlocking(endpointOf(server, true), context_, soon(kPatience));
  EXPECT_TRUE(stream->isTls());
  writeAll(*stream, large);
  Io last = Io::kError;
  EXPECT_TRUE(readAll(*stream, last) == large);
  EXPECT_EQ(last, Io::kEnd);
}

TEST_F(TlsStream, TellsAFinFromAnEnd) {
  const test::TlsServer tls(authority_.issue("DNS:localhost"));
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    if (tls.accept(peer)) peer.send("part");
  });
  const auto stream = connectBlocking(endpointOf(server, true), context_, soon(kPatience));
  Io last = Io::kEnd;
  EXPECT_EQ(readAll(*stream, last), "part");
  EXPECT_EQ(last, Io::kError);
  EXPECT_EQ(stream->fault(), Fault::kLost);
}

TEST_F(TlsStream, WritesWithoutSigpipe) {
  const test::TlsServer tls(authority_.issue("DNS:localhost"));
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    if (!tls.accept(peer)) return;
    peer.readSome(1);
    peer.reset();
  });
  const auto stream = connectBlocking(endpointOf(server, true), context_, soon(kPatience));
  writeAll(*stream, "x");
  writeAfterReset(*stream);
}

TEST_F(TlsStream, VerifiesTheHost) {
  const test::TlsServer tls(authority_.issue("DNS:example.com"));
  const ScriptedServer server([&](Peer& peer, std::size_t) { tls.accept(peer); });
  EXPECT_EQ(kindOf(endpointOf(server, true), context_), ErrorKind::kTls);
}

TEST_F(TlsStream, GivesUpASlowHandshake) {
  const ScriptedServer server([](Peer& peer, std::size_t) { peer.waitForEnd(); });
  EXPECT_EQ(kindOf(endpointOf(server, true), context_, Millis(100)), ErrorKind::kTimeout);
}

TEST_F(TlsStream, IsQuietOnlyWhenNothingIsHeldBack) {
  conformance::Gate sent;
  const test::TlsServer tls(authority_.issue("DNS:localhost"));
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    const auto codec = tls.accept(peer);
    if (!codec) return;
    peer.readSome(1);
    codec->sendTogether({"one", "two"});
    sent.open();
    peer.waitForEnd();
  });
  const auto stream = connectBlocking(endpointOf(server, true), context_, soon(kPatience));
  EXPECT_TRUE(stream->isQuiet());
  writeAll(*stream, "x");
  sent.wait();
  ASSERT_TRUE(waitReady(stream->fd(), false, soon(kPatience)));
  std::array<char, 3> buffer;
  std::size_t n = 0;
  Io io = Io::kWantRead;
  while (io == Io::kWantRead) io = stream->read(buffer, n);  // session tickets may come first
  EXPECT_EQ(std::string_view(buffer.data(), n), "one");
  EXPECT_FALSE(stream->isQuiet());
  ASSERT_EQ(stream->read(buffer, n), Io::kDone);
  EXPECT_EQ(std::string_view(buffer.data(), n), "two");
  EXPECT_TRUE(stream->isQuiet());
}

}  // namespace
}  // namespace forage::net
