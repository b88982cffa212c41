// The fetch session of a group thread, guarded: it never throws. One that does breaks its contract:
// the run ends, and nothing more is expected of it. Used by one thread.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "forage/fetcher.h"

namespace forage::run {

class GuardedSession {
 public:
  /// Told whenever the session throws: the run is to end.
  using Fail = std::function<void(std::exception_ptr)>;

  /// `fail` outlives the guard.
  GuardedSession(std::unique_ptr<FetchSession> session, const Fail& fail)
      : session_(std::move(session)), fail_(fail) {}

  /// As FetchSession::start. What could not be started is to be cancelled like all others.
  void start(FetchId id, const Request& request, const FetchLimits& limits) noexcept;
  /// As FetchSession::cancel.
  void cancel(FetchId id) noexcept;
  /// As FetchSession::wait. What wakes it is gone once it has failed: then it waits a moment.
  void wait(TimePoint until, std::vector<Fetched>& done) noexcept;

  [[nodiscard]] bool hasFailed() const noexcept { return has_failed_; }
  /// For who wakes it.
  [[nodiscard]] FetchSession& session() noexcept { return *session_; }

 private:
  void failed() noexcept;

  const std::unique_ptr<FetchSession> session_;
  const Fail& fail_;
  bool has_failed_ = false;
};

}  // namespace forage::run
