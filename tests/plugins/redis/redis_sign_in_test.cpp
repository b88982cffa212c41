// Where the Redis cache connects to, and how it signs in there: TCP, unix socket and TLS, users,
// passwords and rights, with a real server.
#include <gtest/gtest.h>

#include <string>

#include "forage/error.h"
#include "redis_plugin.h"
#include "scripted_server.h"
#include "support/plugin_library.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

const Key kKey = "url:http://example.com/";
constexpr const char* kSecret = "hunter2 %/@:#?";
constexpr const char* kSecretInUrl = "hunter2%20%25%2F%40%3A%23%3F";

void expectNoSecret(const std::string& message) {
  EXPECT_EQ(message.find("hunter"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

void expectItWorks(Cache& cache) {
  const std::string body = bytesOf(300'000);
  keep(cache, kKey, body);
  EXPECT_TRUE(lookUp(cache, kKey) == body);
}

std::string withUser(const std::string& url, const std::string& user) {
  const std::size_t at = url.find("://") + 3;
  return url.substr(0, at) + user + "@" + url.substr(at);
}

TEST(RedisPlugin, DescribesItself) {
  const PluginInfo& info = loadPlugin("redis");
  EXPECT_EQ(info.abi, kAbi);
  EXPECT_STREQ(info.build, FORAGE_BUILD);
  EXPECT_STREQ(info.name, "redis");
  EXPECT_NE(info.make_cache, nullptr);
  EXPECT_EQ(info.make_fetcher, nullptr);
  EXPECT_EQ(info.make_sink, nullptr);
  EXPECT_EQ(info.options.size(), 17U);
  EXPECT_STREQ(info.options.front().name, "url");
}

TEST(RedisPlugin, ThrowsAConfigErrorForOptionsThatItCannotUse) {
  const FakeClock clock;
  EXPECT_THROW(makeRedis("", clock), ConfigError);
  EXPECT_THROW(makeRedis("http://localhost", clock), ConfigError);
  EXPECT_THROW(makeRedis("rediss://localhost", clock, {{"ca_file", std::string("/nowhere")}}),
               ConfigError);
}

TEST(RedisSignIn, WorksOverTcpUnixSocketAndTls) {
  RedisServer server({.tls = true});
  const FakeClock clock;
  const Options trust{{"ca_file", server.caFile().string()}};
  expectItWorks(*makeRedis(server.url(), clock));
  expectItWorks(*makeRedis(server.unixUrl(), clock));
  expectItWorks(*makeRedis(server.tlsUrl(), clock, trust));
  expectItWorks(*makeRedis("rediss://localhost:" + std::to_string(server.tlsPort()), clock, trust));
}

TEST(RedisSignIn, MovesLargePipelinesBothWaysUnderTls) {
  RedisServer server({.tls = true});
  const FakeClock clock;
  const auto cache = makeRedis(server.tlsUrl(), clock, {{"ca_file", server.caFile().string()}});
  const std::vector<Key> keys = keysOf(24);
  std::vector<Keep> items;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    items.push_back({keys[i], entryOf(keys[i], bytesOf(1u << 20, static_cast<unsigned>(i)))});
  }
  cache->store(items);
  std::vector<EntryPtr> found(keys.size());
  cache->find(keys, found);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ASSERT_NE(found[i], nullptr) << i;
    EXPECT_TRUE(found[i]->body() == items[i].entry->body()) << i;
  }
}

TEST(RedisSignIn, RefusesACertificateOfAnotherAuthority) {
  RedisServer server({.tls = true});
  const TemporaryFolder folder;
  const CertificateAuthority other(folder.path(), "other");
  const FakeClock clock;
  const auto cache = makeRedis(server.tlsUrl(), clock, {{"ca_file", other.file().string()}});
  const std::string error = errorOfFind(*cache);
  EXPECT_TRUE(error.starts_with("redis at 127.0.0.1:" + std::to_string(server.tlsPort()) +
                                ": TLS: certificate"))
      << error;
}

TEST(RedisSignIn, RefusesTheCertificateOfAnotherHost) {
  RedisServer server({.tls = true, .tls_names = "DNS:elsewhere.example,IP:127.0.0.9"});
  const FakeClock clock;
  const Options trust{{"ca_file", server.caFile().string()}};
  const std::string port = std::to_string(server.tlsPort());
  EXPECT_NE(errorOfFind(*makeRedis("rediss://127.0.0.1:" + port, clock, trust)).find("mismatch"),
            std::string::npos);
  EXPECT_NE(errorOfFind(*makeRedis("rediss://localhost:" + port, clock, trust)).find("mismatch"),
            std::string::npos);
}

TEST(RedisSignIn, RefusesASystemThatTrustsNobodyHere) {
  RedisServer server({.tls = true});
  const FakeClock clock;
  EXPECT_NE(errorOfFind(*makeRedis(server.tlsUrl(), clock)), "");
}

TEST(RedisSignIn, FailsWhereTlsMeetsAPlainPort) {
  RedisServer server({.tls = true});
  const FakeClock clock;
  const Options options{{"ca_file", server.caFile().string()},
                        {"connect_timeout", std::string("200ms")}};
  const auto cache =
      makeRedis("rediss://127.0.0.1:" + std::to_string(server.port()), clock, options);
  EXPECT_TRUE(errorOfFind(*cache).starts_with("redis at ")) << errorOfFind(*cache);
}

TEST(RedisSignIn, FailsWhereAPlainConnectionMeetsTls) {
  RedisServer server({.tls = true});
  const FakeClock clock;
  const auto cache = makeRedis("redis://127.0.0.1:" + std::to_string(server.tlsPort()), clock);
  EXPECT_TRUE(errorOfFind(*cache).starts_with("redis at ")) << errorOfFind(*cache);
}

TEST(RedisSignIn, GivesAPasswordOfAnyCharacters) {
  RedisServer server({.tls = true, .password = kSecret});
  const FakeClock clock;
  const std::string password = std::string(":") + kSecretInUrl;
  expectItWorks(*makeRedis(withUser(server.url(), password), clock));
  expectItWorks(*makeRedis(withUser(server.unixUrl(), password), clock));
  expectItWorks(*makeRedis(withUser(server.tlsUrl(), password), clock,
                           {{"ca_file", server.caFile().string()}}));
  expectItWorks(*makeRedis(server.url() + "/2", clock, {{"password", std::string(kSecret)}}));
  expectItWorks(*makeRedis(withUser(server.url(), "default:wrong"), clock,
                           {{"password", std::string(kSecret)}}));
}

TEST(RedisSignIn, SaysWhatToCheckWhenAPasswordIsWrongOrMissing) {
  RedisServer server({.password = "right"});
  const FakeClock clock;
  const std::string address = "redis at 127.0.0.1:" + std::to_string(server.port()) + ": ";
  const std::string wrong =
      errorOfFind(*makeRedis(withUser(server.url(), std::string(":") + kSecretInUrl), clock));
  EXPECT_TRUE(wrong.starts_with(address)) << wrong;
  EXPECT_NE(wrong.find("WRONGPASS"), std::string::npos) << wrong;
  EXPECT_NE(wrong.find("check [cache] url"), std::string::npos) << wrong;
  expectNoSecret(wrong);
  const std::string missing = errorOfStore(*makeRedis(server.url(), clock));
  EXPECT_TRUE(missing.starts_with(address)) << missing;
  EXPECT_NE(missing.find("set [cache.redis] password"), std::string::npos) << missing;
}

TEST(RedisSignIn, AsksAWrongPasswordOncePerPeriod) {
  RedisServer server({.password = "right"});
  const FakeClock clock;
  const auto cache = makeRedis(withUser(server.url(), ":wrong"), clock);
  for (int i = 0; i < 50; ++i) EXPECT_NE(errorOfFind(*cache).find("WRONGPASS"), std::string::npos);
  EXPECT_EQ(counter(*cache, "connect_failures"), 1U);
}

TEST(RedisSignIn, SignsInAsAUser) {
  RedisServer server(
      {.lines = {"user forage on >pw ~url:* +get +set +unlink +scan +pttl +select"}});
  const FakeClock clock;
  const auto cache = makeRedis(withUser(server.url(), "forage:pw") + "/1", clock);
  expectItWorks(*cache);
  int shown = 0;
  cache->scan("url:*", [&](const Scanned&) { return ++shown > 0; });
  EXPECT_EQ(shown, 1);
  EXPECT_EQ(cache->erase({&kKey, 1}), 1U);
  const auto elsewhere = errorOfFind(*cache, "other:key");
  EXPECT_NE(elsewhere.find("NOPERM"), std::string::npos) << elsewhere;
}

TEST(RedisSignIn, SaysWhichRightsAUserLacks) {
  RedisServer server({.lines = {"user reader on >pw ~* +get", "user nobody on >pw"}});
  const FakeClock clock;
  const auto reader = makeRedis(withUser(server.url(), "reader:pw"), clock);
  EXPECT_EQ(errorOfFind(*reader), "");
  const std::string error = errorOfStore(*reader);
  EXPECT_NE(error.find("no right to the commands"), std::string::npos) << error;
  EXPECT_NE(error.find("ACL SETUSER"), std::string::npos) << error;
  EXPECT_EQ(errorOfFind(*reader), "");  // what it may do goes on
  EXPECT_EQ(counter(*reader, "connections"), 1U);
  const auto nobody = makeRedis(withUser(server.url(), "nobody:pw"), clock);
  EXPECT_NE(errorOfFind(*nobody).find("NOPERM"), std::string::npos);
}

/// What an old server, or a proxy, says to what it does not know.
std::string unknown(const Peer::Command& command) {
  std::string text = "-ERR unknown command `" + command.front() + "`, with args beginning with: ";
  for (std::size_t i = 1; i < command.size(); ++i) text += "`" + command[i] + "`, ";
  return text + "\r\n";
}

TEST(RedisSignIn, FallsBackToAuthAndClientSetname) {
  std::vector<Peer::Command> commands;
  ScriptedServer server([&commands](Peer& peer) {
    while (const auto command = peer.read()) {
      commands.push_back(*command);
      if (command->front() == "HELLO" || command->front() == "CLIENT") {
        peer.send(unknown(*command));  // the name is nice to have
      } else {
        peer.send(command->front() == "GET" ? "$-1\r\n" : "+OK\r\n");
      }
    }
  });
  const FakeClock clock;
  {
    const auto cache = makeRedis(withUser(server.url(), "bob:pw") + "/4", clock);
    EXPECT_EQ(errorOfFind(*cache, "k"), "");
    const std::vector<Peer::Command> expected{
        {"HELLO", "2", "AUTH", "bob", "pw", "SETNAME", "forage"},
        {"SELECT", "4"},
        {"AUTH", "bob", "pw"},
        {"CLIENT", "SETNAME", "forage"},
        {"SELECT", "4"},
        {"GET", "k"}};
    EXPECT_EQ(commands, expected);
  }
}

TEST(RedisSignIn, RepeatsNoSecretThatAServerSendsBack) {
  ScriptedServer server([](Peer& peer) {
    while (const auto command = peer.read()) {
      peer.send("-ERR you said " + command->back() + " " + kSecret + " and bob\r\n");
    }
  });
  ScriptedServer quoting([](Peer& peer) {
    while (const auto command = peer.read()) peer.send(unknown(*command));
  });
  const FakeClock clock;
  const std::string user = std::string("bob:") + kSecretInUrl;
  for (const ScriptedServer* each : {&server, &quoting}) {
    const std::string error = errorOfFind(*makeRedis(withUser(each->url(), user), clock));
    EXPECT_TRUE(error.starts_with("redis at 127.0.0.1:")) << error;
    expectNoSecret(error);
  }
}

TEST(RedisSignIn, TellsWhatAServerSaysBeforeItCloses) {
  ScriptedServer server([](Peer& peer) {
    peer.send("-ERR max number of clients reached\r\n");
    peer.close();
    peer.awaitClose();
  });
  const FakeClock clock;
  const auto cache = makeRedis(server.url() + "/1", clock);
  EXPECT_NE(errorOfFind(*cache).find("max number of clients reached"), std::string::npos);
}

TEST(RedisSignIn, DoesNotTakeAnotherServerForRedis) {
  ScriptedServer server([](Peer& peer) {
    (void)peer.read();
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.awaitClose();
  });
  const FakeClock clock;
  const auto cache = makeRedis(server.url(), clock);
  EXPECT_NE(errorOfFind(*cache).find("no RESP2"), std::string::npos);
}

TEST(RedisSignIn, GivesUpOnAServerThatNeverAnswers) {
  ScriptedServer server([](Peer& peer) { peer.awaitClose(); });
  const FakeClock clock;
  const auto cache = makeRedis(server.url(), clock, {{"command_timeout", std::string("30ms")}});
  EXPECT_NE(errorOfFind(*cache).find("no answer within 30ms"), std::string::npos);
}

}  // namespace
}  // namespace forage::test
