// What each path of the origin server answers, over a socket.
#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <chrono>
#include <set>
#include <string>

#include "origin/client.h"
#include "origin/origin_server.h"

namespace forage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using test::Answer;
using test::Client;

class Origin : public testing::Test {
 protected:
  Origin() : server_({.delay_unit = milliseconds(100)}) { server_.start(); }

  Answer get(const std::string& target, const std::string& fields = {}) {
    return Client(server_.port()).get(target, fields);
  }

  OriginServer server_;
};

std::string inflated(const std::string& body, int window_bits) {
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) return "cannot begin";
  std::string out(1u << 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = ::inflate(&stream, Z_FINISH);
  out.resize(code == Z_STREAM_END ? stream.total_out : 0);
  inflateEnd(&stream);
  return out;
}

TEST_F(Origin, SaysWhereItListens) {
  EXPECT_EQ(server_.url(), "http://127.0.0.1:" + std::to_string(server_.port()));
}

TEST_F(Origin, AnswersAfterTheDelay) {
  const auto begin = steady_clock::now();
  const Answer answer = get("/delay/1.5");
  const auto took = steady_clock::now() - begin;
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has("Content-Type: application/json"));
  EXPECT_NE(answer.body.find("\"1.5\""), std::string::npos);
  EXPECT_GE(took, milliseconds(150));
  EXPECT_LT(took, milliseconds(1500)) << "a unit is 100 ms here, not a second";
  EXPECT_EQ(get("/delay/0").status, 200);
}

TEST_F(Origin, AnswersWithAnyStatus) {
  for (const int status : {200, 201, 404, 418, 429, 500, 503, 599}) {
    const Answer answer = get("/status/" + std::to_string(status));
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.body, "status " + std::to_string(status) + "\n");
  }
  for (const int status : {301, 302, 303, 307, 308}) {
    EXPECT_TRUE(get("/status/" + std::to_string(status)).has("Location: /get"));
  }
  for (const int status : {204, 304}) {
    const Answer answer = get("/status/" + std::to_string(status));
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.field("Content-Length"), "");
  }
  EXPECT_TRUE(get("/status/503?retry_after=7").has("Retry-After: 7"));
}

TEST_F(Origin, ServesTheSameBytesForTheSameNumberAndSeed) {
  const std::string small = get("/bytes/1000").body;
  EXPECT_EQ(small.size(), 1000u);
  const std::string large = get("/bytes/300001").body;
  EXPECT_EQ(large.size(), 300'001u);
  EXPECT_EQ(large.substr(0, 1000), small) << "pieces and wholes are one content";
  EXPECT_EQ(get("/bytes/300001").body, large);
  EXPECT_NE(get("/bytes/1000?seed=1").body, small);
  EXPECT_GT(std::set<char>(small.begin(), small.end()).size(), 100u);
  EXPECT_EQ(get("/bytes/0").body, "");
}

TEST_F(Origin, RedirectsAsOftenAsAsked) {
  EXPECT_EQ(get("/redirect/2").status, 302);
  EXPECT_TRUE(get("/redirect/2").has("Location: /redirect/1"));
  EXPECT_TRUE(get("/redirect/1").has("Location: /get"));
}

TEST_F(Origin, RedirectsAnywhere) {
  const Answer answer = get("/redirect-to?url=http%3A%2F%2Fexample.com%2Fa%20b%E4&status=308");
  EXPECT_EQ(answer.status, 308);
  EXPECT_TRUE(answer.has("Location: http://example.com/a b\xe4"));
  EXPECT_EQ(get("/redirect-to?url=/x").status, 302);
}

TEST_F(Origin, LetsNobodyWriteItsFields) {
  for (const std::string url : {"a%0d%0aX-Evil:%201", "a%0a", "a%00"}) {
    const Answer answer = get("/redirect-to?url=" + url);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.head.find("Evil"), std::string::npos);
  }
}

TEST_F(Origin, ValidatesEntityTags) {
  const Answer whole = get("/etag/v1");
  EXPECT_EQ(whole.status, 200);
  EXPECT_TRUE(whole.has("ETag: \"v1\""));
  for (const std::string list : {"\"v1\"", "W/\"v1\"", "\"v0\", \"v1\"", "*"}) {
    const Answer answer = get("/etag/v1", "If-None-Match: " + list + "\r\n");
    EXPECT_EQ(answer.status, 304) << list;
    EXPECT_TRUE(answer.has("ETag: \"v1\""));
  }
  EXPECT_EQ(get("/etag/v1", "If-None-Match: \"v2\"\r\n").status, 200);
  EXPECT_EQ(get("/etag/v1", "If-None-Match: v1\r\n").status, 200);
}

TEST_F(Origin, SaysHowLongToCache) {
  const Answer whole = get("/cache/60");
  EXPECT_EQ(whole.status, 200);
  EXPECT_TRUE(whole.has("Cache-Control: max-age=60"));
  EXPECT_TRUE(whole.has("Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT"));
  const std::string since = "If-Modified-Since: " + whole.field("Last-Modified") + "\r\n";
  EXPECT_EQ(get("/cache/60", since).status, 304);
  EXPECT_TRUE(get("/cache/60", since).has("Cache-Control: max-age=60"));
}

TEST_F(Origin, TellsTheDate) {
  const std::string date = get("/get").field("Date");
  EXPECT_EQ(date.size(), 29u);
  EXPECT_EQ(date.substr(date.size() - 4), " GMT");
}

TEST_F(Origin, EncodesPages) {
  const std::string page = get("/page/7").body;
  const Answer gzip = get("/gzip/7");
  EXPECT_TRUE(gzip.has("Content-Encoding: gzip"));
  EXPECT_EQ(inflated(gzip.body, 15 + 16), page);
  const Answer deflate = get("/deflate/7");
  EXPECT_TRUE(deflate.has("Content-Encoding: deflate"));
  EXPECT_EQ(inflated(deflate.body, 15), page);

  const Answer brotli = get("/brotli/7");
  EXPECT_TRUE(brotli.has("Content-Encoding: br"));
  std::string out(page.size(), '\0');
  std::size_t size = out.size();
  EXPECT_EQ(BrotliDecoderDecompress(brotli.body.size(),
                                    reinterpret_cast<const std::uint8_t*>(brotli.body.data()),
                                    &size, reinterpret_cast<std::uint8_t*>(out.data())),
            BROTLI_DECODER_RESULT_SUCCESS);
  EXPECT_EQ(out.substr(0, size), page);

  const Answer zstd = get("/zstd/7");
  EXPECT_TRUE(zstd.has("Content-Encoding: zstd"));
  std::string plain(page.size(), '\0');
  EXPECT_EQ(ZSTD_decompress(plain.data(), plain.size(), zstd.body.data(), zstd.body.size()),
            page.size());
  EXPECT_EQ(plain, page);
  EXPECT_EQ(inflated(get("/gzip").body, 15 + 16), get("/page/0").body);
}

TEST_F(Origin, EchoesHeaders) {
  const Answer answer = get("/headers", "X-One: a\"b\r\nX-Two: 1\r\nX-Two: 2\r\nX-Raw: \xff\r\n");
  EXPECT_NE(answer.body.find(R"("X-One": "a\"b")"), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find(R"("X-Two": "1, 2")"), std::string::npos);
  EXPECT_NE(answer.body.find("\"X-Raw\": \"\xef\xbf\xbd\""), std::string::npos);
}

TEST_F(Origin, EchoesTheRequest) {
  const Answer answer = get("/get?a=1");
  EXPECT_NE(answer.body.find(R"("method": "GET")"), std::string::npos);
  EXPECT_NE(answer.body.find(R"("target": "/get?a=1")"), std::string::npos);
}

TEST_F(Origin, StreamsLinesInChunks) {
  const Answer answer = get("/stream/3");
  EXPECT_TRUE(answer.has("Transfer-Encoding: chunked"));
  EXPECT_EQ(answer.body,
            "{\"id\": 0, \"text\": \"line 0\"}\n{\"id\": 1, \"text\": \"line 1\"}\n"
            "{\"id\": 2, \"text\": \"line 2\"}\n");
  EXPECT_EQ(get("/stream/0").body, "");
  const std::string many = get("/stream/20000").body;
  EXPECT_EQ(std::count(many.begin(), many.end(), '\n'), 20'000);
}

TEST_F(Origin, DripsABody) {
  const auto begin = steady_clock::now();
  const Answer answer = get("/drip?numbytes=4&duration=2&delay=1&code=201");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "****");
  EXPECT_GE(steady_clock::now() - begin, milliseconds(300));
}

TEST_F(Origin, ServesPagesOfTwoKibibytes) {
  for (const std::string number : {"0", "7", "999999999999"}) {
    const Answer answer = get("/page/" + number);
    EXPECT_EQ(answer.body.size(), 2048u);
    EXPECT_NE(answer.body.find("<title>Page " + number + "</title>"), std::string::npos);
    EXPECT_NE(answer.body.find("</html>"), std::string::npos);
  }
}

TEST_F(Origin, HasRulesForRobots) {
  EXPECT_EQ(get("/robots.txt").body, "User-agent: *\nDisallow: /deny\n");
  EXPECT_EQ(get("/deny").status, 200);
}

TEST_F(Origin, CutsABodyShort) {
  for (const std::size_t size : {10u, 1u, 300'000u}) {
    Client client(server_.port());
    client.request("/truncated/" + std::to_string(size));
    const std::string head = client.readHead();
    EXPECT_NE(head.find("\r\nContent-Length: " + std::to_string(size) + "\r\n"), std::string::npos);
    EXPECT_EQ(client.readToEnd().size(), size / 2);
  }
}

TEST_F(Origin, SendsABodyWithoutEnd) {
  Client client(server_.port());
  client.request("/endless");
  EXPECT_NE(client.readHead().find("chunked"), std::string::npos);
  EXPECT_EQ(client.take(4u << 20).size(), 4u << 20);
  EXPECT_EQ(get("/get").status, 200) << "others are served meanwhile";
}

TEST_F(Origin, AnswersHeadWithoutBody) {
  Client client(server_.port());
  for (const std::string target :
       {"/page/1", "/bytes/300000", "/stream/3", "/nothing", "/drip?numbytes=3", "/delay/0.1"}) {
    client.request(target, {}, "HEAD");
    const Answer answer = client.read(true);
    EXPECT_EQ(answer.status, target == "/nothing" ? 404 : 200);
    EXPECT_TRUE(!answer.field("Content-Length").empty() ||
                answer.has("Transfer-Encoding: chunked"));
  }
  EXPECT_EQ(client.get("/page/1").body.size(), 2048u) << "nothing was left over";
}

TEST_F(Origin, CountsWhatItServed) {
  get("/page/1");
  get("/page/1");
  get("/page/2?x");
  const OriginStats stats = server_.stats();
  EXPECT_EQ(stats.requests, 3u);
  EXPECT_EQ(server_.requests(), 3u);
  EXPECT_EQ(stats.connections, 3u);
  EXPECT_EQ(stats.by_target.at("/page/1"), 2u);
  EXPECT_EQ(server_.requests("/page/1"), 2u);
  EXPECT_EQ(server_.requests("/page/2?x"), 1u);
  EXPECT_EQ(server_.requests("/page/3"), 0u);
  const Answer answer = get("/stats");
  EXPECT_NE(answer.body.find("\"requests\": 4"), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find("\"/page/1\": 2"), std::string::npos);
  EXPECT_TRUE(answer.has("Cache-Control: no-store"));
}

TEST_F(Origin, RefusesWhatItDoesNotKnow) {
  for (const std::string target :
       {"/nothing", "/get/x", "/delay", "/delay/", "/page", "//", "/stats/1"}) {
    EXPECT_EQ(get(target).status, 404) << target;
  }
  for (const std::string target : {"/delay/x",
                                   "/delay/-1",
                                   "/delay/nan",
                                   "/delay/inf",
                                   "/delay/1e3",
                                   "/delay/3601",
                                   "/status/199",
                                   "/status/600",
                                   "/status/2x",
                                   "/status/503?retry_after=x",
                                   "/bytes/-1",
                                   "/bytes/1073741825",
                                   "/bytes/1?seed=x",
                                   "/redirect/0",
                                   "/redirect/x",
                                   "/redirect-to",
                                   "/redirect-to?url=/&status=200",
                                   "/etag/a\"b",
                                   "/cache/x",
                                   "/gzip/x",
                                   "/stream/1000001",
                                   "/drip?numbytes=0",
                                   "/drip?duration=x",
                                   "/drip?code=99",
                                   "/truncated/0",
                                   "/page/x"}) {
    EXPECT_EQ(get(target).status, 400) << target;
  }
}

TEST_F(Origin, RefusesOtherMethods) {
  Client client(server_.port());
  for (const std::string method : {"PUT", "DELETE", "OPTIONS", "PATCH"}) {
    client.request("/get", {}, method);
    const Answer answer = client.read();
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_TRUE(answer.has("Allow: GET, HEAD, POST"));
  }
}

TEST_F(Origin, ListsItsPaths) { EXPECT_NE(get("/").body.find("/delay/N"), std::string::npos); }

}  // namespace
}  // namespace forage
