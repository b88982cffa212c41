// What the group threads of one run share. Thread-safe as each part says.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <stop_token>
#include <vector>

#include "forage/fetcher.h"
#include "forage/job.h"
#include "forage/metrics.h"
#include "run/stdin_lines.h"
#include "store/look_ahead.h"
#include "visit/pipeline.h"
#include "visit/sink_queue.h"

namespace forage::run {

struct RunContext {
  const Job& job;
  const visit::Services& services;
  Fetcher& fetcher;
  store::LookAhead* look_ahead;  ///< null where the cache does no I/O
  visit::SinkQueue& sinks;
  StdinLines* standard_input;  ///< null where no group reads it
  std::deque<GroupMetrics>& group_metrics;
  std::stop_source& stop;  ///< set by the user's stop, or by fail()
  /// Remembers the first failure that ends the run, and stops it.
  std::function<void(std::exception_ptr)> fail;
  std::atomic<std::size_t> next_group{0};  ///< the first that no thread has taken
};

}  // namespace forage::run
