#include "run/one_run.h"

#include <Poco/TaskManager.h>
#include <Poco/ThreadPool.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "forage/error.h"
#include "run/client_certificate.h"
#include "run/group_task.h"
#include "run/run_report.h"

namespace forage::run {

namespace {

std::unique_ptr<StdinLines> standardInputOf(const Job& job) {
  return readsStandardInput(job) ? std::make_unique<StdinLines>(STDIN_FILENO) : nullptr;
}

visit::PaceOptions paceOf(const PoliteOptions& polite) {
  return {polite.rate, polite.delay, polite.throttle,
          static_cast<double>(polite.target_concurrency)};
}

std::function<void(std::string_view)> noticeTo(RunObserver* observer) {
  return [observer](std::string_view text) {
    if (observer != nullptr) observer->notice(text);
  };
}

std::unique_ptr<visit::RobotsGate> robotsOf(const Job& job, const Clock& clock,
                                            RunObserver* observer) {
  if (!job.polite.robots.value_or(false)) return nullptr;
  return std::make_unique<visit::RobotsGate>(job.fetch.user_agent, job.polite.delay, clock,
                                             noticeTo(observer));
}

}  // namespace

bool readsStandardInput(const Job& job) {
  return std::any_of(job.groups.begin(), job.groups.end(), [](const GroupSpec& group) {
    return group.urls_file && *group.urls_file == "-";
  });
}

OneRun::OneRun(const Job& job, RunParts& parts, const Clock& clock, RunObserver* observer,
               const Headers& request_headers, Metrics& counters)
    : job_(job),
      parts_(parts),
      failure_(stop_),
      fail_([this](std::exception_ptr one) { failure_.set(std::move(one)); }),
      standard_input_(standardInputOf(job)),
      cache_(*parts.cache, parts.fallback.get(), clock, counters,
             {job.cache.retry_period, job.cache.plugin.name}, noticeTo(observer),
             [this](const CacheError& error) { fail_(std::make_exception_ptr(error)); }),
      leases_(cache_),
      rules_(job, request_headers, clientCertificate(job)),
      pace_(clock, [this](const std::string& host) { hosts_.grantDue(host); }),
      hosts_(job.fetch.parallel_max_host, paceOf(job.polite), clock, pace_),
      robots_(robotsOf(job, clock, observer)),
      sinks_(parts.sinks, fail_),
      delivery_(counters, sinks_, observer),
      store_threads_(cache_, leases_, flights_, job.cache.queue_max),
      services_{job,
                clock,
                counters,
                cache_,
                store_threads_.writes(),
                flights_,
                known_parts_,
                changed_urls_,
                hosts_,
                delivery_,
                request_headers,
                rules_,
                cache_.hasLeases() && !cache_.answersWithoutIo() ? &leases_ : nullptr,
                robots_.get()},
      groups_(job.groups.size()),
      context_{job,
               services_,
               *parts.fetcher,
               store_threads_.lookAhead(),
               sinks_,
               standard_input_.get(),
               groups_,
               stop_,
               fail_} {}

OneRun::Loops OneRun::makeLoops() {
  const std::size_t threads = std::min(job_.groups.size(), job_.run.max_threads);
  Loops loops;
  for (std::size_t i = 0; i < threads; ++i) {
    loops.push_back(std::make_unique<GroupLoop>(context_));
  }
  context_.next_group = threads;
  return loops;
}

/// Starts a task for each thread, then joins them. All start() calls come before the one joinAll():
/// Poco's TaskManager deadlocks otherwise. The pool is ours: joinAll() waits for all of a pool.
void OneRun::runGroups(const Loops& loops) {
  if (loops.empty()) return;
  const int size = static_cast<int>(loops.size());
  Poco::ThreadPool pool(size, size);
  Poco::TaskManager tasks(pool);
  try {
    for (std::size_t i = 0; i < loops.size(); ++i) {
      tasks.start(new GroupTask(job_.groups[i].name, *loops[i], i, stop_));
    }
  } catch (...) {  // no further thread is to be had
    fail_(std::current_exception());
  }
  tasks.joinAll();
}

void OneRun::execute(const std::stop_token& user_stop) {
  {
    const std::stop_callback forward(user_stop, [this] { stop_.request_stop(); });
    // Threads of the sources, the stores and the sinks may still wake the loops until they are
    // joined or served: the loops outlive that.
    const Loops loops = makeLoops();
    runGroups(loops);
    close();
  }
  failure_.rethrow();
}

void OneRun::close() {
  pace_.stop();
  standard_input_.reset();
  for (const GroupSpec& group : job_.groups) {
    if (group.requests != nullptr) group.requests->listen(nullptr);
  }
  store_threads_.endLookups();
  cache_.forget(leases_);  // after a stop visits still wait, which end with the loops
  store_threads_.flush();
  cache_.flush();
  try {
    sinks_.close();
  } catch (...) {
    failure_.set(std::current_exception());  // an earlier failure comes first
  }
}

Report OneRun::report() const {
  return makeReport(job_, parts_, services_.metrics, groups_, delivery_, cache_);
}

}  // namespace forage::run
