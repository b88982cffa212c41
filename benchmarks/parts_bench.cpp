// What the parts of a visit cost by themselves: the stored form of an entry, the key of a URL,
// freshness, and single-flight with nobody and with everybody waiting.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "forage/cache_key.h"
#include "forage/entry.h"
#include "http/freshness.h"
#include "visit/single_flight.h"

namespace {

using forage::EntryPtr;
using forage::Key;
using forage::visit::FlightAnswer;
using forage::visit::SingleFlight;

const Key& pageKey() {
  static const Key key = "url:https://www.example.com/catalogue/books/page-12345.html";
  return key;
}

EntryPtr page(std::size_t body) {
  forage::Response response;
  response.status = 200;
  response.reason = "OK";
  response.headers = forage::Headers(
      "Server: nginx/1.22.1\r\nDate: Thu, 02 Nov 2023 10:00:00 GMT\r\nContent-Type: text/html\r\n"
      "Last-Modified: Thu, 02 Nov 2023 09:00:00 GMT\r\nETag: \"65436f10-800\"\r\n"
      "Cache-Control: max-age=3600\r\n");
  response.body.assign(body, 'x');
  return std::make_shared<const forage::Entry>(pageKey(), std::move(response), forage::WallTime{},
                                               forage::WallTime{}, forage::WallTime::max());
}

void encode(benchmark::State& state) {
  const EntryPtr entry = page(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(forage::encodeEntryHead(*entry));
}
BENCHMARK(encode)->Arg(2048)->Arg(64 << 10);

// A copy of the value is part of it: decoding takes the value over.
void decode(benchmark::State& state) {
  const EntryPtr entry = page(static_cast<std::size_t>(state.range(0)));
  const std::string value = forage::encodeEntryHead(*entry).append(entry->body());
  for (auto _ : state) {
    const EntryPtr decoded = forage::decodeEntry(pageKey(), std::string(value));
    if (decoded == nullptr) throw std::runtime_error("an entry that cannot be read back");
    benchmark::DoNotOptimize(decoded.get());
  }
}
BENCHMARK(decode)->Arg(2048)->Arg(64 << 10);

void key(benchmark::State& state) {
  const std::string url = "https://www.example.com/" + std::string(state.range(0), 'p');
  Key made;
  for (auto _ : state) {
    forage::makeCacheKey("url:", url, made);
    benchmark::DoNotOptimize(made.data());
  }
  if (made.size() > forage::kMaxKeyBytes) throw std::runtime_error("a key that is too long");
}
BENCHMARK(key)->Arg(50)->Arg(2000);

void freshness(benchmark::State& state) {
  forage::WallTime now(forage::Millis(1'000'000));
  bool fresh = false;
  for (auto _ : state) {
    benchmark::DoNotOptimize(now);
    fresh = forage::http::isFreshByAge(forage::WallTime{}, forage::Millis(2'000'000), now);
    benchmark::DoNotOptimize(fresh);
  }
  if (!fresh) throw std::runtime_error("a fresh response is not");
}
BENCHMARK(freshness);

class CountingHome final : public forage::visit::FlightHome {
 public:
  void answered(void*, const FlightAnswer&) noexcept override { ++told_; }
  [[nodiscard]] std::size_t told() const noexcept { return told_; }

 private:
  std::atomic<std::size_t> told_{0};
};

// The way of each page that is fetched once: lead, complete, stored.
void flightOfOne(benchmark::State& state) {
  const auto flights = std::make_unique<SingleFlight>();
  const EntryPtr entry = page(2048);
  CountingHome home;
  for (auto _ : state) {
    if (flights->join(pageKey(), flights->now(), &home, nullptr).role !=
        SingleFlight::Role::kLeads) {
      throw std::runtime_error("nobody flies, and it does not lead");
    }
    flights->complete(pageKey(), entry, SingleFlight::Then::kHeld);
    flights->retire(pageKey(), entry, true);
  }
  if (flights->size() != 0 || home.told() != 0) throw std::runtime_error("a flight is left");
}
BENCHMARK(flightOfOne);

void flightOfMany(benchmark::State& state) {
  const auto flights = std::make_unique<SingleFlight>();
  const EntryPtr entry = page(2048);
  const auto count = static_cast<std::size_t>(state.range(0));
  CountingHome home;
  std::size_t rounds = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < count; ++i) {
      benchmark::DoNotOptimize(flights->join(pageKey(), flights->now(), &home, nullptr));
    }
    flights->complete(pageKey(), entry, SingleFlight::Then::kEnds);
    ++rounds;
  }
  if (home.told() != rounds * (count - 1)) throw std::runtime_error("not everybody was told");
  state.SetItemsProcessed(static_cast<std::int64_t>(rounds * count));
}
BENCHMARK(flightOfMany)->Arg(16)->Arg(1000);

}  // namespace

BENCHMARK_MAIN();
