// The Redis cache over a REST API: what it keeps and finds, and what it asks for.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "redis_plugin.h"
#include "support/certificates.h"
#include "support/redis_server.h"
#include "support/rest_front.h"

namespace forage::test {
namespace {

const Key kKey = "url:http://example.com/";
using Type = RedisServer::Answer::Type;

struct RedisOverRest : testing::Test {
  std::unique_ptr<Cache> make(const RestFront& front, Options options = {}) const {
    options["token"] = front.token();
    return makeRedis(front.url(), clock, options);
  }
  static std::size_t countOf(const std::vector<RestSeen>& seen, std::string_view start) {
    return static_cast<std::size_t>(std::ranges::count_if(
        seen, [&](const RestSeen& one) { return one.target.starts_with(start); }));
  }

  FakeClock clock;
  RedisServer server;
};

TEST_F(RedisOverRest, KeepsTheSameValuesAsOverAConnection) {
  RestFront front(server);
  const auto by_rest = make(front);
  const auto by_connection = makeRedis(server.url(), clock);
  keep(*by_rest, kKey, "by REST");
  EXPECT_EQ(server.command({"GET", kKey}).text, storedForm(*entryOf(kKey, "by REST")));
  EXPECT_EQ(lookUp(*by_connection, kKey), "by REST");
  keep(*by_connection, kKey, "by connection");
  EXPECT_EQ(lookUp(*by_rest, kKey), "by connection");
}

TEST_F(RedisOverRest, ProbesOnceAndKeepsItsConnection) {
  RestFront front(server);
  const auto cache = make(front);
  EXPECT_EQ(front.connections(), 0U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(lookUp(*cache, kKey), std::nullopt);
  const auto seen = front.seen();
  ASSERT_EQ(seen.size(), 6U);
  EXPECT_EQ(seen[0].body, R"(["PING"])");
  for (const RestSeen& one : seen) {
    EXPECT_EQ(one.method, "POST");
    EXPECT_EQ(one.format, "resp2");
    EXPECT_EQ(one.authorization, "Bearer " + front.token());
  }
  EXPECT_EQ(front.connections(), 1U);
  EXPECT_EQ(counter(*cache, "connections"), 1U);
}

TEST_F(RedisOverRest, TakesBase64FromAServerThatKnowsJsonAlone) {
  RestFront front(server, {.resp2 = false});
  const auto cache = make(front);
  const std::string body = bytesOf(100'000);
  keep(*cache, kKey, body);
  EXPECT_TRUE(lookUp(*cache, kKey) == body);
  const auto seen = front.seen();
  EXPECT_EQ(seen[1].body, R"(["ECHO","forage"])");
  EXPECT_EQ(seen.back().encoding, "base64");
  EXPECT_EQ(seen.back().format, "json");
}

TEST_F(RedisOverRest, RefusesAServerWhoseStringsAreNotWhole) {
  RestFront front(server, {.resp2 = false, .base64 = false});
  const auto cache = make(front);
  EXPECT_NE(errorOfFind(*cache).find("neither in RESP2 nor in base64"), std::string::npos);
}

TEST_F(RedisOverRest, FindsABatchWithOneRequest) {
  RestFront front(server);
  const auto cache = make(front);
  const std::vector<Key> keys = keysOf(60);
  for (std::size_t i = 0; i < keys.size(); i += 2) keep(*cache, keys[i], "body of " + keys[i]);
  front.forget();
  std::vector<EntryPtr> found(keys.size());
  cache->find(keys, found);
  for (std::size_t i = 0; i < keys.size(); ++i) ASSERT_EQ(found[i] != nullptr, i % 2 == 0) << i;
  const auto seen = front.seen();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_TRUE(seen[0].body.starts_with("[\"MGET\",")) << seen[0].body;
  EXPECT_EQ(cache->stats().hits, 30U);
  EXPECT_EQ(cache->stats().misses, 30U);
}

TEST_F(RedisOverRest, StoresTextsTogetherAndBytesAsTheyAre) {
  RestFront front(server);
  const auto cache = make(front);
  const std::vector<Key> keys = keysOf(20);
  std::vector<Keep> items;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool text = i % 2 == 0;
    items.push_back({keys[i], entryOf(keys[i], text ? "text" : bytesOf(5000)), Millis(60'000)});
  }
  cache->store(items);
  EXPECT_EQ(cache->stats().stores, 20U);
  const auto seen = front.seen();
  EXPECT_EQ(countOf(seen, "/pipeline"), 1U);
  EXPECT_EQ(countOf(seen, "/SET/url%3Ahttp%3A%2F%2Fexample.com%2F1?PX="), 1U);
  EXPECT_EQ(countOf(seen, "/SET/"), 10U);
  EXPECT_LE(front.connections(), 4U);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(server.command({"GET", keys[i]}).text, storedForm(*items[i].entry));
    EXPECT_GE(server.command({"PTTL", keys[i]}).integer, 1);
  }
}

TEST_F(RedisOverRest, LetsTheLastOfOneKeyWinWhateverItsBytes) {
  RestFront front(server);
  const auto cache = make(front);
  for (const bool text_last : {true, false}) {
    std::vector<Keep> items;
    for (int i = 0; i < 8; ++i) {
      const bool text = (i % 2 == 1) == text_last;
      items.push_back({kKey, entryOf(kKey, text ? std::to_string(i) : "\xff" + std::to_string(i))});
    }
    cache->store(items);
    EXPECT_EQ(lookUp(*cache, kKey), text_last ? "7"
                                              : "\xff"
                                                "7");
  }
}

TEST_F(RedisOverRest, GivesBackAnyBytesOfAnyLengthUpToItsLimit) {
  RestFront front(server);
  const auto cache = make(front);
  for (const std::size_t size : {0U, 1U, 65'000U, 66'000U, 1'000'000U, 9'000'000U}) {
    for (const bool text : {true, false}) {
      const std::string body =
          text ? std::string(size, '"') : bytesOf(size, static_cast<unsigned>(size));
      keep(*cache, kKey, body);
      EXPECT_TRUE(lookUp(*cache, kKey) == body) << size;
    }
  }
  keep(*cache, kKey, std::string((9u << 20) + 1, 'x'));
  EXPECT_EQ(cache->stats().declined, 1U);
}

TEST_F(RedisOverRest, ReplacesUnlessAskedNotTo) {
  RestFront front(server);
  const auto cache = make(front);
  for (const std::string& body : {std::string("text"), bytesOf(2000)}) {
    server.command({"FLUSHALL"});
    const Keep first{kKey, entryOf(kKey, body), Millis(1'000'000), true};
    cache->store({&first, 1});
    EXPECT_EQ(lookUp(*cache, kKey), body);
    EXPECT_GT(server.command({"PTTL", kKey}).integer, 900'000);
    const Keep second{kKey, entryOf(kKey, body + "\xff"), kForever, true};
    cache->store({&second, 1});
    EXPECT_EQ(lookUp(*cache, kKey), body);
  }
  EXPECT_EQ(cache->stats().stores, 2U);
  EXPECT_EQ(cache->stats().declined, 0U);
}

TEST_F(RedisOverRest, SeesWhatItHasStoredByEchoingTheSyncToken) {
  RestFront front(server, {.lags = true});
  const auto cache = make(front);
  for (int i = 0; i < 10; ++i) {
    keep(*cache, kKey, std::to_string(i));
    EXPECT_EQ(lookUp(*cache, kKey), std::to_string(i));
    keep(*cache, kKey, "\xff" + std::to_string(i));
    EXPECT_EQ(lookUp(*cache, kKey), "\xff" + std::to_string(i));
  }
}

// The server counts a reply as part of its request.
TEST_F(RedisOverRest, AsksInPartsForWhatIsTooLargeTogether) {
  RestFront front(server, {.max_request = 100'000});
  const auto cache = make(front);
  const std::vector<Key> keys = keysOf(16);
  for (const Key& key : keys) keep(*cache, key, bytesOf(30'000));
  server.command({"SET", keys[5], std::string(200'000, 'x')});  // not to be had at all
  std::vector<EntryPtr> found(keys.size());
  cache->find(keys, found);
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(found[i] != nullptr, i != 5) << i;
  EXPECT_EQ(cache->stats().damaged, 1U);
  keep(*cache, kKey, bytesOf(150'000));
  EXPECT_EQ(cache->stats().declined, 1U);
}

TEST_F(RedisOverRest, FindsTheOthersBesideAValueFarTooLarge) {
  for (const bool resp2 : {true, false}) {
    RestFront front(server, {.resp2 = resp2});
    const auto cache = make(front, {{"max_value_size", std::string("4KiB")}});
    const std::vector<Key> keys = keysOf(5);
    for (const Key& key : keys) keep(*cache, key, "body of " + key);
    server.command({"SET", keys[1], std::string(6u << 20, 'x')});
    server.command({"SET", keys[4], std::string(6u << 20, 'x')});
    std::vector<EntryPtr> found(keys.size());
    cache->find(keys, found);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      EXPECT_EQ(found[i] != nullptr, i != 1 && i != 4) << i;
    }
    EXPECT_EQ(cache->stats().damaged, 2U);
    std::size_t shown = 0;
    cache->scan("*", [&](const Scanned&) { return ++shown < 100; });
    EXPECT_EQ(shown, 3U);
  }
}

TEST_F(RedisOverRest, ScansWithWhatRemains) {
  RestFront front(server);
  const auto cache = make(front);
  const std::vector<Key> keys = keysOf(600);
  std::vector<Keep> items;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    items.push_back({keys[i], entryOf(keys[i], "b"), i % 2 == 0 ? kForever : Millis(1'000'000)});
  }
  cache->store(items);
  server.command({"RPUSH", "url:http://example.com/list", "a"});
  std::set<std::string> shown;
  cache->scan("url:*", [&](const Scanned& scanned) {
    EXPECT_TRUE(shown.emplace(scanned.key).second);
    EXPECT_GT(scanned.remaining, Millis(900'000));
    return true;
  });
  EXPECT_EQ(shown.size(), 600U);
  EXPECT_EQ(cache->erase(keys), 600U);
}

TEST_F(RedisOverRest, ServesManyThreadsOverFewConnections) {
  RestFront front(server);
  const auto cache = make(front, {{"max_connections", std::int64_t{3}}});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (unsigned i = 0; i < 20; ++i) {
        const Key key = "url:http://host" + std::to_string(t) + "/" + std::to_string(i);
        const std::string body = bytesOf(1000 + 997 * i, 100 * t + i);
        std::vector<Keep> items{{key, entryOf(key, body)}, {key + "b", entryOf(key + "b", body)}};
        cache->store(items);
        if (lookUp(*cache, key) != body || lookUp(*cache, key + "b") != body) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(counter(*cache, "connections"), 3U);
  EXPECT_EQ(cache->stats().stores, 320U);
}

TEST_F(RedisOverRest, VerifiesTheServerUnderTls) {
  TemporaryFolder folder;
  CertificateAuthority authority(folder.path(), "ca");
  const auto issued = authority.issue("server", "DNS:localhost,IP:127.0.0.1");
  RestFront front(server, {}, {.certificate = issued.certificate, .key = issued.key});
  const auto cache = make(front, {{"ca_file", authority.file().string()}});
  const std::string body = bytesOf(300'000);
  keep(*cache, kKey, body);
  EXPECT_TRUE(lookUp(*cache, kKey) == body);
  EXPECT_NE(errorOfFind(*make(front)).find("TLS"), std::string::npos);  // an unknown authority
}

}  // namespace
}  // namespace forage::test
