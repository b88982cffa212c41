// Shows how a run gets on: on a terminal a line that is refreshed some times a second, elsewhere a
// plain line now and then. A thread of its own samples the counters; group threads pay nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "forage/job.h"
#include "forage/metrics.h"

namespace forage::app {

class Terminal;

/// One sample of a run.
struct ProgressSample {
  std::uint64_t urls = 0, hits = 0, failed = 0;
  std::uint64_t in_flight = 0;
  bool degraded = false;
};

/// "1,234/20,000 URLs  512/s  hits 300  failed 2  in flight 64  ETA 37.0 s", without what is not
/// known. `rate` is in URLs a second.
[[nodiscard]] std::string progressText(const ProgressSample& sample,
                                       std::optional<std::uint64_t> total, double rate);

/// How many URLs `job` lists, counting the lines of its files; nothing where that cannot be known
/// beforehand (standard input, a pipe) or `stop` was requested.
[[nodiscard]] std::optional<std::uint64_t> countUrls(const Job& job, const std::stop_token& stop);

class Progress final {
 public:
  static constexpr std::chrono::milliseconds kRefresh{200};
  static constexpr std::chrono::milliseconds kPlainPeriod{10'000};

  /// Starts the thread. All arguments outlive the object.
  Progress(const Job& job, const Metrics& metrics, Terminal& terminal);
  /// Ends the thread and clears the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void show(std::stop_token stop);
  [[nodiscard]] ProgressSample sample() const noexcept;

  const Job& job_;
  const Metrics& metrics_;
  Terminal& terminal_;
  std::mutex mutex_;  // for waiting only
  std::condition_variable_any ended_;
  std::jthread thread_;  // the last member: it uses all others
};

}  // namespace forage::app
