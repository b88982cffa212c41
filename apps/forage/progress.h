// Shows how a run gets on: on a terminal a line that is refreshed some times a second, elsewhere a
// plain line now and then. A thread of its own samples the counters; group threads pay nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "forage/metrics.h"

namespace forage::app {

class Terminal;

/// One sample of a run.
struct ProgressSample {
  std::uint64_t urls = 0, hits = 0, failed = 0;
  std::uint64_t listed = 0;  ///< URLs in all; 0 while that is not known
  std::uint64_t in_flight = 0;
  bool degraded = false;
};

[[nodiscard]] ProgressSample sampleOf(const Metrics& metrics) noexcept;

/// "1,234/20,000 URLs  512/s  hits 300  failed 2  in flight 64  ETA 37.0 s", without what is not
/// known. `rate` is in URLs a second.
[[nodiscard]] std::string progressText(const ProgressSample& sample, double rate);

class Progress final {
 public:
  static constexpr std::chrono::milliseconds kRefresh{200};
  static constexpr std::chrono::milliseconds kPlainPeriod{10'000};

  /// The counters of the run that is going on; called by the thread, again for each sample.
  using Counters = std::function<const Metrics&()>;

  /// Starts the thread. `terminal` and what `counters` refers to outlive the object.
  Progress(Counters counters, Terminal& terminal);
  /// Ends the thread and clears the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void show(std::stop_token stop);

  const Counters counters_;
  Terminal& terminal_;
  std::mutex mutex_;  // for waiting only
  std::condition_variable_any ended_;
  std::jthread thread_;  // the last member: it uses all others
};

}  // namespace forage::app
