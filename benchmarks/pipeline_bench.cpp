// What a URL costs a run beside network and store: whole runs of one group, URL in, Visit
// delivered, metrics counted, over a fetcher that answers at once. Warm: the memory cache holds
// every page. Cold: each is fetched and stored. Checks what it measures.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "forage/runner.h"
#include "support/plugin_library.h"

namespace {

using forage::Fetched;
using forage::FetchId;

/// Answers every request with one page of 2 KiB.
class EchoFetcher final : public forage::Fetcher {
 public:
  class Session final : public forage::FetchSession {
   public:
    void start(FetchId id, const forage::Request&, const forage::FetchLimits&) override {
      forage::Response response;
      response.status = 200;
      response.reason = "OK";
      response.headers = forage::Headers("Content-Type: text/html\r\nETag: \"65436f10-800\"\r\n");
      response.body.assign(2048, 'x');
      done_.push_back({id, 1, 2200, true, std::move(response)});
    }
    void cancel(FetchId) override {}
    void wait(forage::TimePoint, std::vector<Fetched>& done) override { done.swap(done_); }
    void wake() noexcept override {}

   private:
    std::vector<Fetched> done_;
  };
  std::unique_ptr<forage::FetchSession> open() override { return std::make_unique<Session>(); }
};

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

class World {
 public:
  explicit World(std::size_t count, forage::RunObserver* observer) {
    file_ = std::filesystem::temp_directory_path() /
            ("forage-pipeline-bench-" + std::to_string(::getpid()) + ".txt");
    std::ofstream out(file_);
    for (std::size_t i = 0; i < count; ++i) {
      out << "http://127.0.0.1:8080/p" << i / 1000 << "/page-" << i << ".html\n";
    }
    forage::GroupSpec group;
    group.name = "pages";
    group.urls_file = file_;
    job_.fetch.parallel_max = job_.fetch.parallel_max_host = 16;
    job_.groups.push_back(std::move(group));
    forage::Settings::Values values;
    values["max_size"] = {std::int64_t{512} << 20, ""};
    forage::RunParts parts;
    parts.cache = forage::test::loadPlugin("memory").make_cache(
        forage::Settings("cache.memory", std::move(values)), {clock_});
    parts.fetcher = std::make_unique<EchoFetcher>();
    runner_ = std::make_unique<forage::Runner>(job_, std::move(parts), clock_, observer);
  }
  ~World() { std::filesystem::remove(file_); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  forage::Report run() { return runner_->run({}); }

 private:
  forage::SystemClock clock_;
  forage::Job job_;
  std::filesystem::path file_;
  std::unique_ptr<forage::Runner> runner_;
};

void warm(benchmark::State& state, forage::RunObserver* observer) {
  const auto count = static_cast<std::size_t>(state.range(0));
  World world(count, observer);
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
    auto world = std::make_unique<World>(count, nullptr);
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
