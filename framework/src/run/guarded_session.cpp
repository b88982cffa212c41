#include "run/guarded_session.h"

#include <thread>

namespace forage::run {

namespace {

/// A moment: the loop looks into its mailbox that often until it has ended.
constexpr Millis kPoll{1};

}  // namespace

void GuardedSession::start(FetchId id, const Request& request, const FetchLimits& limits) noexcept {
  try {
    session_->start(id, request, limits);
  } catch (...) {
    failed();
  }
}

void GuardedSession::cancel(FetchId id) noexcept {
  try {
    session_->cancel(id);
  } catch (...) {
    failed();
  }
}

void GuardedSession::wait(TimePoint until, std::vector<Fetched>& done) noexcept {
  if (has_failed_) {
    std::this_thread::sleep_for(kPoll);
    return;
  }
  try {
    session_->wait(until, done);
  } catch (...) {
    failed();
  }
}

void GuardedSession::failed() noexcept {
  has_failed_ = true;
  fail_(std::current_exception());
}

}  // namespace forage::run
