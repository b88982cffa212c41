// What reading replies of Redis costs: bulk strings of 2 KiB in pieces as the network brings them,
// and the short replies to SET.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "reply_reader.h"

namespace {

using forage::redis::ReplyReader;

constexpr std::size_t kReplies = 64;  // of one pipeline

void readReplies(benchmark::State& state, const std::string& reply) {
  std::string bytes;
  for (std::size_t i = 0; i < kReplies; ++i) bytes += reply;
  ReplyReader reader(64u << 20);
  std::size_t count = 0;
  for (auto _ : state) {
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const std::size_t slice = std::min(rest.size(), ReplyReader::kSlice);
      reader.feed(rest.substr(0, slice));
      rest.remove_prefix(slice);
      while (const auto one = reader.next()) {
        benchmark::DoNotOptimize(one->text.data());
        ++count;
      }
    }
  }
  if (count == 0 || count % kReplies != 0) throw std::runtime_error("a reply is missing");
  state.SetItemsProcessed(static_cast<std::int64_t>(count));
}

void bulkStrings(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  readReplies(state, "$" + std::to_string(size) + "\r\n" + std::string(size, 'x') + "\r\n");
}
BENCHMARK(bulkStrings)->Arg(2048)->Arg(64 << 10);

void simpleStrings(benchmark::State& state) { readReplies(state, "+OK\r\n"); }
BENCHMARK(simpleStrings);

void nils(benchmark::State& state) { readReplies(state, "$-1\r\n"); }
BENCHMARK(nils);

}  // namespace

BENCHMARK_MAIN();
