// The last step of a visit: counted once, remembered where it failed, shown to the observer, handed
// to the sinks. Thread-safe.
#pragma once

#include <mutex>
#include <vector>

#include "forage/metrics.h"
#include "forage/report.h"
#include "forage/runner.h"
#include "forage/visit.h"
#include "visit/sink_queue.h"

namespace forage::visit {

class Delivery {
 public:
  /// All outlive this; `observer` may be null.
  Delivery(Metrics& metrics, SinkQueue& sinks, RunObserver* observer) noexcept
      : metrics_(metrics), sinks_(sinks), observer_(observer) {}

  void deliver(Visit&& visit, GroupMetrics& group);
  /// All that a visit takes that succeeded and that nobody watches.
  void count(Outcome outcome, GroupMetrics& group) noexcept {
    group.outcomes[static_cast<std::size_t>(outcome)].add();
    metrics_.outcomes[static_cast<std::size_t>(outcome)].add();
  }

  /// Whether anybody looks at visits beyond their counts.
  [[nodiscard]] bool isWatched() const noexcept { return observer_ != nullptr || sinks_.wanted(); }
  [[nodiscard]] RunObserver* observer() const noexcept { return observer_; }

  /// Writes error count, first errors and exit code into `report`.
  void reportErrors(Report& report) const;

 private:
  void remember(const Visit& visit);

  Metrics& metrics_;
  SinkQueue& sinks_;
  RunObserver* const observer_;

  mutable std::mutex mutex_;  // guards what follows
  std::uint64_t error_count_ = 0;
  std::vector<ErrorReport> errors_;
  ExitCode exit_code_ = ExitCode::kSuccess;
};

}  // namespace forage::visit
