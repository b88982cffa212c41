// Runs a job: one thread per URL group (Poco::TaskManager on a pool of its own), store threads and
// a sink thread beside them. What a run uses is passed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "forage/cache.h"
#include "forage/clock.h"
#include "forage/export.h"
#include "forage/fetcher.h"
#include "forage/job.h"
#include "forage/metrics.h"
#include "forage/plugin_host.h"
#include "forage/report.h"
#include "forage/sink.h"
#include "forage/visit.h"

namespace forage {

/// Sees a run as it happens. Called by group threads, many at once: thread-safe, quick, never
/// throwing.
class FORAGE_API RunObserver {
 public:
  virtual ~RunObserver();
  /// A request for `url` is about to be sent.
  virtual void fetching(std::string_view group, std::string_view url) noexcept;
  /// A URL has ended.
  virtual void visited(const Visit& visit) noexcept;
  /// Something the user should know, once: the cache went away, or came back.
  virtual void notice(std::string_view text) noexcept;
};

/// The parts of a run; owned by it.
struct RunParts {
  std::unique_ptr<Cache> cache;      ///< never null
  std::unique_ptr<Cache> fallback;   ///< null for none. REQUIRES: answersWithoutIo()
  std::unique_ptr<Fetcher> fetcher;  ///< never null
  std::vector<std::unique_ptr<Sink>> sinks;
};

/// Makes the parts that `job` names. Throws ConfigError and PluginError.
[[nodiscard]] FORAGE_API RunParts assemble(const Job& job, PluginHost& host);

/// Reads every URL list of `job` but standard input, as a run does before its first request.
/// Returns how many URLs they hold. Throws ConfigError with what cannot be read and what is no URL.
FORAGE_API std::uint64_t checkLists(const Job& job);

class FORAGE_API Runner {
 public:
  /// `job`, `clock` and `observer` (may be null) outlive the runner.
  Runner(const Job& job, RunParts parts, const Clock& clock, RunObserver* observer);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Visits every URL of every group; returns when all have ended, stores are flushed and sinks
  /// closed. May be called again: the cache stays warm. `stop` ends it early: nothing new is
  /// started, fetches in flight have run.grace_period, then are cancelled.
  /// Throws ConfigError before the first request (a bad URL, a file that cannot be read), SinkError
  /// and CacheError (only without a fallback) after everything has been stopped.
  Report run(std::stop_token stop);

  /// Counters of the present or last run, to be sampled from other threads while run() goes on.
  [[nodiscard]] const Metrics& metrics() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forage
