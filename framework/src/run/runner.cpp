#include "forage/runner.h"

#include <Poco/TaskManager.h>
#include <Poco/ThreadPool.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <exception>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

#include "forage/error.h"
#include "model/target.h"
#include "run/group_loop.h"
#include "run/group_task.h"
#include "run/request_headers.h"
#include "run/run_context.h"
#include "store/guarded_cache.h"
#include "store/look_ahead.h"
#include "store/write_behind.h"
#include "visit/delivery.h"
#include "visit/host_budget.h"
#include "visit/pipeline.h"
#include "visit/single_flight.h"
#include "visit/sink_queue.h"

namespace forage {

RunObserver::~RunObserver() = default;
void RunObserver::fetching(std::string_view, std::string_view) noexcept {}
void RunObserver::visited(const Visit&) noexcept {}
void RunObserver::notice(std::string_view) noexcept {}

namespace {

/// Remembers the first failure that ends a run, and stops it.
class FirstFailure {
 public:
  explicit FirstFailure(std::stop_source& stop) noexcept : stop_(stop) {}

  void set(std::exception_ptr failure) {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::move(failure);
    }
    stop_.request_stop();
  }
  void rethrow() const {
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::stop_source& stop_;
  mutable std::mutex mutex_;  // guards failure_
  std::exception_ptr failure_;
};

Totals totalsOf(const GroupMetrics& metrics) {
  const auto count = [&](Outcome outcome) { return metrics.outcome(outcome).value(); };
  Totals totals;
  totals.hit = count(Outcome::kHit);
  totals.revalidated = count(Outcome::kRevalidated);
  totals.stale = count(Outcome::kStale);
  totals.joined = count(Outcome::kJoined);
  totals.fetched = count(Outcome::kFetched);
  totals.failed = count(Outcome::kFailed);
  totals.blocked = count(Outcome::kBlocked);
  totals.urls = metrics.urls();
  totals.requests = metrics.requests.value();
  totals.bytes = metrics.bytes.value();
  return totals;
}

void addTo(Totals& sum, const Totals& one) noexcept {
  sum.urls += one.urls;
  sum.hit += one.hit;
  sum.revalidated += one.revalidated;
  sum.stale += one.stale;
  sum.joined += one.joined;
  sum.fetched += one.fetched;
  sum.failed += one.failed;
  sum.blocked += one.blocked;
  sum.requests += one.requests;
  sum.bytes += one.bytes;
}

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

bool readsStandardInput(const Job& job) {
  return std::any_of(job.groups.begin(), job.groups.end(), [](const GroupSpec& group) {
    return group.urls_file && *group.urls_file == "-";
  });
}

std::uint64_t peakMemory() noexcept {
  rusage usage{};
  return ::getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<std::uint64_t>(usage.ru_maxrss) * 1024
                                               : 0;
}

}  // namespace

std::uint64_t checkLists(const Job& job) {
  std::vector<std::string> findings;
  std::uint64_t urls = 0;
  std::string why;
  Url url;
  for (const GroupSpec& group : job.groups) {
    for (std::size_t i = 0; i < group.urls.size(); ++i) {
      if (readTarget(group.urls[i], url, &why)) continue;
      const std::string place = i < group.places.size() ? group.places[i] + ": " : "";
      findings.push_back(place + "group \"" + group.name + "\": " + why);
    }
    urls += group.urls.size();
    if (!group.urls_file || *group.urls_file == "-") continue;
    if (::access(group.urls_file->c_str(), R_OK) != 0) {
      findings.push_back(group.urls_file->string() + ": cannot be read: " + std::strerror(errno));
      continue;
    }
    urls += run::checkUrlFile(*group.urls_file, findings);
  }
  if (!findings.empty()) throw ConfigError(std::move(findings));
  return urls;
}

struct Runner::State {
  const Job& job;
  RunParts parts;
  const Clock& clock;
  RunObserver* observer;
  Headers request_headers;
  std::list<Metrics> all_metrics;  // of every run: samplers may still look at an earlier one
  std::atomic<Metrics*> metrics;

  void notice(std::string_view text) const {
    if (observer != nullptr) observer->notice(text);
  }
  Report run(const std::stop_token& stop);
  std::vector<std::unique_ptr<run::GroupLoop>> makeLoops(run::RunContext& context) const;
  void runGroups(run::RunContext& context,
                 const std::vector<std::unique_ptr<run::GroupLoop>>& loops) const;
  Report report(const std::deque<GroupMetrics>& groups, const visit::Delivery& delivery,
                const store::GuardedCache& cache) const;
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

std::vector<std::unique_ptr<run::GroupLoop>> Runner::State::makeLoops(
    run::RunContext& context) const {
  const std::size_t threads = std::min(job.groups.size(), job.run.max_threads);
  std::vector<std::unique_ptr<run::GroupLoop>> loops;
  for (std::size_t i = 0; i < threads; ++i) {
    loops.push_back(std::make_unique<run::GroupLoop>(context));
  }
  context.next_group = threads;
  return loops;
}

/// Starts a task for each thread, then joins them. All start() calls come before the one joinAll():
/// Poco's TaskManager deadlocks otherwise. The pool is ours: joinAll() waits for all of a pool.
void Runner::State::runGroups(run::RunContext& context,
                              const std::vector<std::unique_ptr<run::GroupLoop>>& loops) const {
  if (loops.empty()) return;
  const int size = static_cast<int>(loops.size());
  Poco::ThreadPool pool(size, size);
  Poco::TaskManager tasks(pool);
  try {
    for (std::size_t i = 0; i < loops.size(); ++i) {
      tasks.start(new run::GroupTask(job.groups[i].name, *loops[i], i, context.stop));
    }
  } catch (...) {  // no further thread is to be had
    context.fail(std::current_exception());
  }
  tasks.joinAll();
}

Report Runner::State::run(const std::stop_token& user_stop) {
  const TimePoint begin = clock.now();
  const std::uint64_t listed = checkLists(job);
  if (metrics.load()->urls() > 0) metrics = &all_metrics.emplace_back();
  Metrics& counters = *metrics.load();
  counters.listed = readsStandardInput(job) ? 0 : listed;

  std::stop_source stop;
  FirstFailure failure(stop);
  const auto fail = [&failure](std::exception_ptr one) { failure.set(std::move(one)); };
  std::optional<run::StdinLines> standard_input;
  if (readsStandardInput(job)) standard_input.emplace(STDIN_FILENO);

  store::GuardedCache cache(
      *parts.cache, parts.fallback.get(), clock, counters,
      {job.cache.retry_period, job.cache.plugin.name},
      [this](std::string_view text) { notice(text); },
      [&fail](const CacheError& error) { fail(std::make_exception_ptr(error)); });
  store::LeaseDesk leases(cache);
  visit::SingleFlight flights;
  visit::KnownParts known_parts;
  visit::ChangedUrls changed_urls;
  const visit::CacheRules rules(job, request_headers);
  visit::HostBudget hosts(job.fetch.parallel_max_host, clock);
  visit::SinkQueue sinks(parts.sinks, fail);
  visit::Delivery delivery(counters, sinks, observer);
  std::optional<store::WriteBehind> writes;
  std::optional<store::LookAhead> look_ahead;
  if (!cache.answersWithoutIo()) {
    look_ahead.emplace(cache, leases);
    writes.emplace(cache, job.cache.queue_max,
                   [&flights](std::span<const store::WriteBehind::Write> batch) {
                     using Kind = store::WriteBehind::Kind;
                     for (const auto& [kind, item] : batch) {
                       if (kind == Kind::kErase) flights.endErase(item.key);
                       if (kind == Kind::kStore) flights.retire(item.key, item.entry, true);
                     }
                   });
  }
  const visit::Services services{
      job,
      clock,
      counters,
      cache,
      writes ? &*writes : nullptr,
      flights,
      known_parts,
      changed_urls,
      hosts,
      delivery,
      request_headers,
      rules,
      cache.hasLeases() && !cache.answersWithoutIo() ? &leases : nullptr};
  std::deque<GroupMetrics> groups(job.groups.size());
  run::RunContext context{job,
                          services,
                          *parts.fetcher,
                          look_ahead ? &*look_ahead : nullptr,
                          sinks,
                          standard_input ? &*standard_input : nullptr,
                          groups,
                          stop,
                          fail};
  {
    const std::stop_callback forward(user_stop, [&stop] { stop.request_stop(); });
    // Threads of the sources, the stores and the sinks may still wake the loops until they are
    // joined or served: the loops outlive that.
    const auto loops = makeLoops(context);
    runGroups(context, loops);
    standard_input.reset();
    for (const GroupSpec& group : job.groups) {
      if (group.requests != nullptr) group.requests->listen(nullptr);
    }
    look_ahead.reset();
    cache.forget(leases);  // after a stop visits still wait, which end with the loops
    if (writes) writes->flush();
    cache.flush();
    try {
      sinks.close();
    } catch (...) {
      failure.set(std::current_exception());  // an earlier failure comes first
    }
  }
  failure.rethrow();
  Report result = report(groups, delivery, cache);
  result.interrupted = user_stop.stop_requested();
  if (result.interrupted) result.exit_code = ExitCode::kInterrupted;
  result.wall_seconds = std::chrono::duration<double>(clock.now() - begin).count();
  return result;
}

Report Runner::State::report(const std::deque<GroupMetrics>& groups,
                             const visit::Delivery& delivery,
                             const store::GuardedCache& cache) const {
  const Metrics& counters = *metrics.load();
  Report report;
  report.job = job.name;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    report.groups.push_back({job.groups[i].name, totalsOf(groups[i])});
    addTo(report.totals, report.groups.back().totals);
  }
  delivery.reportErrors(report);
  report.cache.plugin = job.cache.plugin.name;
  report.cache.fallback = parts.fallback && job.cache.fallback ? job.cache.fallback->name : "";
  report.cache.degraded_seconds = cache.degradedSeconds();
  report.cache.errors = counters.cache_errors.value();
  report.cache.stores = counters.stores.value();
  report.cache.stores_fallback = counters.stores_fallback.value();
  report.cache.stores_lost = counters.stores_lost.value();
  report.cache.written_back = counters.written_back.value();
  report.cache.stores_refused = counters.stores_refused.value();
  report.cache.lease_waits = counters.lease_waits.value();
  report.cache.stats = parts.cache->stats();
  report.peak_memory_bytes = peakMemory();
  return report;
}

}  // namespace forage
