#include "forage/runner.h"

#include <atomic>
#include <chrono>
#include <list>
#include <utility>

#include "forage/error.h"
#include "run/one_run.h"
#include "run/request_headers.h"

namespace forage {

RunObserver::~RunObserver() = default;
void RunObserver::fetching(std::string_view, std::string_view) noexcept {}
void RunObserver::visited(const Visit&) noexcept {}
void RunObserver::notice(std::string_view) noexcept {}

namespace {

/// A job made in code has not been through loadJob, which checks ranges.
void checkNumbers(const Job& job) {
  bool any_zero = job.run.max_threads == 0 || job.fetch.parallel_max == 0 ||
                  job.fetch.parallel_max_host == 0 || job.cache.queue_max == 0;
  for (const GroupSpec& group : job.groups) any_zero = any_zero || group.parallel_max == 0u;
  if (any_zero) {
    throw ConfigError(
        "run.max_threads, parallel_max, parallel_max_host and cache.queue_max want at least 1");
  }
}

}  // namespace

struct Runner::State {
  const Job& job;
  RunParts parts;
  const Clock& clock;
  RunObserver* observer;
  Headers request_headers;
  std::list<Metrics> all_metrics;  // of every run: samplers may still look at an earlier one
  std::atomic<Metrics*> metrics;

  Report run(const std::stop_token& stop);
};

Runner::Runner(const Job& job, RunParts parts, const Clock& clock, RunObserver* observer)
    : state_(new State{
          job, std::move(parts), clock, observer, run::requestHeaders(job), {}, nullptr}) {
  state_->metrics = &state_->all_metrics.emplace_back();
  checkNumbers(job);
}

Runner::~Runner() = default;

const Metrics& Runner::metrics() const noexcept { return *state_->metrics.load(); }

Report Runner::run(std::stop_token stop) { return state_->run(stop); }

Report Runner::State::run(const std::stop_token& user_stop) {
  const TimePoint begin = clock.now();
  const std::uint64_t listed = checkLists(job);
  if (metrics.load()->urls() > 0) metrics = &all_metrics.emplace_back();
  Metrics& counters = *metrics.load();
  counters.listed = run::readsStandardInput(job) ? 0 : listed;
  run::OneRun one(job, parts, clock, observer, request_headers, counters);
  one.execute(user_stop);
  Report result = one.report();
  result.interrupted = user_stop.stop_requested();
  if (result.interrupted) result.exit_code = ExitCode::kInterrupted;
  result.wall_seconds = std::chrono::duration<double>(clock.now() - begin).count();
  return result;
}

}  // namespace forage
