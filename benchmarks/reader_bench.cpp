// What the reader of HTTP/1 responses costs per response: its head as nginx writes it, its body of
// 2 KiB copied once, whole and in pieces.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "net/response_reader.h"

namespace {

using forage::net::ResponseReader;

constexpr std::size_t kBodySize = 2048;

std::string nginxHead(std::string_view framing) {
  return "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Thu, 02 Nov 2023 10:00:00 GMT\r\n"
         "Content-Type: text/html\r\n" +
         std::string(framing) +
         "Last-Modified: Thu, 02 Nov 2023 09:00:00 GMT\r\nConnection: keep-alive\r\n"
         "ETag: \"65436f10-800\"\r\nCache-Control: max-age=3600\r\nAccept-Ranges: bytes\r\n\r\n";
}

std::string page() {
  return nginxHead("Content-Length: " + std::to_string(kBodySize) + "\r\n") +
         std::string(kBodySize, 'x');
}

void readPieces(benchmark::State& state, std::string_view bytes, std::size_t piece) {
  ResponseReader reader;
  for (auto _ : state) {
    reader.begin({}, false);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(bytes.substr(at, std::min(piece, bytes.size() - at)));
    }
    if (!reader.keepsAlive()) throw std::runtime_error("the response is not complete");
    const forage::Response response = reader.takeResponse();
    if (response.body.size() != kBodySize) throw std::runtime_error("the body is not whole");
    benchmark::DoNotOptimize(response.body.data());
  }
}

void readWhole(benchmark::State& state) {
  const std::string bytes = page();
  readPieces(state, bytes, bytes.size());
}

// The first cut falls into the head.
void readInThreePieces(benchmark::State& state) {
  const std::string bytes = page();
  constexpr std::size_t kFirst = 100;
  ResponseReader reader;
  for (auto _ : state) {
    reader.begin({}, false);
    reader.feed(std::string_view(bytes).substr(0, kFirst));
    reader.feed(std::string_view(bytes).substr(kFirst, 1'000));
    reader.feed(std::string_view(bytes).substr(kFirst + 1'000));
    if (!reader.keepsAlive()) throw std::runtime_error("the response is not complete");
    const forage::Response response = reader.takeResponse();
    benchmark::DoNotOptimize(response.body.data());
  }
}

void readChunked(benchmark::State& state) {
  const std::string half(kBodySize / 2, 'x');
  const std::string bytes = nginxHead("Transfer-Encoding: chunked\r\n") + "400\r\n" + half +
                            "\r\n400\r\n" + half + "\r\n0\r\n\r\n";
  readPieces(state, bytes, bytes.size());
}

void readInterimAndFinal(benchmark::State& state) {
  const std::string bytes =
      "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n" + page();
  readPieces(state, bytes, bytes.size());
}

BENCHMARK(readWhole);
BENCHMARK(readInThreePieces);
BENCHMARK(readChunked);
BENCHMARK(readInterimAndFinal);

}  // namespace

BENCHMARK_MAIN();
