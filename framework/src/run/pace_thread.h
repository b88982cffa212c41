// The thread that has hosts served once their pace allows it; begun when the first has to wait.
// Thread-safe.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "forage/clock.h"
#include "visit/host_budget.h"

namespace forage::run {

class PaceThread final : public visit::PaceTimer {
 public:
  /// `due(host)` is called by the thread, without a lock held.
  using Due = std::function<void(const std::string& host)>;

  /// `clock` outlives it.
  PaceThread(const Clock& clock, Due due) : clock_(clock), due_(std::move(due)) {}
  ~PaceThread() override { stop(); }

  void wakeAt(TimePoint at, const std::string& host) override;
  /// Nothing is due any more once this has returned.
  void stop() noexcept;

 private:
  using Entry = std::pair<TimePoint, std::string>;

  void run();

  const Clock& clock_;
  const Due due_;
  std::mutex mutex_;  // guards what follows; innermost
  std::condition_variable changed_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace forage::run
