// What a URL costs a run beside network and store: whole runs of one group, URL in, Visit
// delivered, metrics counted, over a fetcher that answers at once. Warm: the memory cache holds
// every page. Cold: each is fetched and stored. Checks what it measures.
#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>

#include "common/pipeline_world.h"

namespace {

using forage::bench::PipelineWorld;

/// Counts visits, as a command that shows its progress does.
class Watcher final : public forage::RunObserver {
 public:
  void visited(const forage::Visit& visit) noexcept override {
    if (visit.response != nullptr && visit.response->body().size() == 2048) ++pages_;
  }
  [[nodiscard]] std::uint64_t pages() const noexcept { return pages_; }

 private:
  std::atomic<std::uint64_t> pages_{0};
};

void warm(benchmark::State& state, forage::RunObserver* observer) {
  const auto count = static_cast<std::size_t>(state.range(0));
  PipelineWorld world(count, observer);
  world.run();
  for (auto unused : state) {
    const forage::Report report = world.run();
    if (report.totals.hit != count) {
      state.SkipWithError("not every page was a hit");
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void WarmFromMemory(benchmark::State& state) { warm(state, nullptr); }
BENCHMARK(WarmFromMemory)->Arg(1000)->Arg(20'000)->Arg(200'000)->MeasureProcessCPUTime();

void WarmFromMemoryWatched(benchmark::State& state) {
  Watcher watcher;
  warm(state, &watcher);
  if (watcher.pages() == 0) state.SkipWithError("no visit was delivered");
}
BENCHMARK(WarmFromMemoryWatched)->Arg(1000)->Arg(20'000)->MeasureProcessCPUTime();

void ColdOverAFetcherThatAnswersAtOnce(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  for (auto unused : state) {
    state.PauseTiming();
    auto world = std::make_unique<PipelineWorld>(count, nullptr);
    state.ResumeTiming();
    const forage::Report report = world->run();
    if (report.totals.requests != count) state.SkipWithError("not every page was fetched once");
    state.PauseTiming();
    world.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(ColdOverAFetcherThatAnswersAtOnce)->Arg(1000)->Arg(20'000)->MeasureProcessCPUTime();

}  // namespace

BENCHMARK_MAIN();
