// One run of a job: what its threads share, in the order in which it is built; the group threads;
// and what is closed after them, in order. Used once, by one thread.
#pragma once

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "forage/clock.h"
#include "forage/job.h"
#include "forage/message.h"
#include "forage/metrics.h"
#include "forage/report.h"
#include "forage/runner.h"
#include "run/first_failure.h"
#include "run/group_loop.h"
#include "run/pace_thread.h"
#include "run/run_context.h"
#include "run/stdin_lines.h"
#include "run/store_threads.h"
#include "store/guarded_cache.h"
#include "store/lease_desk.h"
#include "visit/cache_rules.h"
#include "visit/changed_urls.h"
#include "visit/delivery.h"
#include "visit/host_budget.h"
#include "visit/known_parts.h"
#include "visit/pipeline.h"
#include "visit/single_flight.h"
#include "visit/sink_queue.h"

namespace forage::run {

class OneRun {
 public:
  /// All outlive the run; `observer` may be null.
  OneRun(const Job& job, RunParts& parts, const Clock& clock, RunObserver* observer,
         const Headers& request_headers, Metrics& counters);

  /// Visits every URL, as Runner::run says, and throws as it does.
  void execute(const std::stop_token& user_stop);

  /// All but how long it has taken and whether it was interrupted. REQUIRES: it has been executed.
  [[nodiscard]] Report report() const;

 private:
  using Loops = std::vector<std::unique_ptr<GroupLoop>>;

  Loops makeLoops();
  void runGroups(const Loops& loops);
  void close();

  const Job& job_;
  const RunParts& parts_;
  std::stop_source stop_;
  FirstFailure failure_;
  const std::function<void(std::exception_ptr)> fail_;
  std::unique_ptr<StdinLines> standard_input_;  // null where no group reads it
  store::GuardedCache cache_;
  store::LeaseDesk leases_;
  visit::SingleFlight flights_;
  visit::KnownParts known_parts_;
  visit::ChangedUrls changed_urls_;
  const visit::CacheRules rules_;
  PaceThread pace_;
  visit::HostBudget hosts_;
  std::unique_ptr<visit::RobotsGate> robots_;  // null where robots.txt is not obeyed
  visit::SinkQueue sinks_;
  visit::Delivery delivery_;
  StoreThreads store_threads_;
  const visit::Services services_;
  std::deque<GroupMetrics> groups_;
  RunContext context_;
};

/// Whether a group of `job` reads its URLs from standard input.
[[nodiscard]] bool readsStandardInput(const Job& job);

}  // namespace forage::run
