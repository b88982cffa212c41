// Report: what a run did, as numbers. Plain data with its JSON form and exit code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "forage/cache.h"
#include "forage/error.h"
#include "forage/export.h"

namespace forage {

/// Exit codes of the command (wget's table, extended; docs/operations.md).
enum class ExitCode : int {
  kSuccess = 0,
  kGeneric = 1,
  kUsage = 2,
  kFile = 3,
  kNetwork = 4,
  kTls = 5,
  kAuthentication = 6,
  kProtocol = 7,
  kServer = 8,
  kRefused = 10,
  kInterrupted = 11,
  kBudget = 12,
  kOffline = 13,
};

struct Totals {
  std::uint64_t urls = 0, hit = 0, revalidated = 0, stale = 0, joined = 0, fetched = 0, failed = 0,
                blocked = 0;
  std::uint64_t requests = 0;  ///< sent to servers
  std::uint64_t bytes = 0;     ///< received from servers
};

struct GroupReport {
  std::string name;
  Totals totals;
};

struct ErrorReport {
  std::string url;
  std::string group;
  ErrorKind kind = ErrorKind::kNone;
  int status = 0;
  std::string message;
};

struct CacheReport {
  std::string plugin;
  std::string fallback;         ///< "" for none
  double degraded_seconds = 0;  ///< time in which the fallback stood in
  std::uint64_t errors = 0;
  std::uint64_t stores = 0, stores_fallback = 0, stores_lost = 0, written_back = 0;
  std::uint64_t erasures_lost = 0;   ///< keys that a cache which was away kept
  std::uint64_t stores_refused = 0;  ///< responses that the job or HTTP did not let be stored
  std::uint64_t lease_waits = 0;     ///< URLs that waited for another process's fetch
  CacheStats stats;
};

struct FORAGE_API Report {
  static constexpr std::size_t kMaxErrors = 1000;

  std::string job;
  double wall_seconds = 0;
  Totals totals;
  std::uint64_t retries = 0;  ///< requests sent again after a failure; among totals.requests
  std::vector<GroupReport> groups;
  CacheReport cache;
  std::uint64_t error_count = 0;
  std::vector<ErrorReport> errors;  ///< the first kMaxErrors
  bool interrupted = false;
  std::uint64_t peak_memory_bytes = 0;
  ExitCode exit_code = ExitCode::kSuccess;

  [[nodiscard]] std::string toJson() const;
};

/// The exit code that one failure leads to; of several the lowest of 2-8 wins, then 10, 13.
[[nodiscard]] FORAGE_API ExitCode exitCodeOf(ErrorKind kind, int status) noexcept;
/// Combines the codes of two failures.
[[nodiscard]] FORAGE_API ExitCode worse(ExitCode a, ExitCode b) noexcept;

}  // namespace forage
