// Visits on their way to the sinks: a bounded queue and the one thread that serves them. push()
// never blocks; a full queue stops the admission of new fetches until there is room. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "forage/sink.h"
#include "forage/visit.h"
#include "store/write_behind.h"

namespace forage::visit {

class SinkQueue {
 public:
  static constexpr std::size_t kMaxVisits = 4096;
  static constexpr std::size_t kMaxBytes = 32u << 20;

  /// Told once, by the sink thread, when a sink has failed: the run is to end.
  using Failed = std::function<void(std::exception_ptr)>;

  /// `sinks` outlive this.
  SinkQueue(std::span<const std::unique_ptr<Sink>> sinks, Failed failed);
  ~SinkQueue();
  SinkQueue(const SinkQueue&) = delete;
  SinkQueue& operator=(const SinkQueue&) = delete;

  /// Without sinks nothing needs to be pushed.
  [[nodiscard]] bool wanted() const noexcept { return !sinks_.empty(); }
  void push(Visit&& visit);

  [[nodiscard]] bool full() const noexcept {
    return visits_.load(std::memory_order_relaxed) >= kMaxVisits ||
           bytes_.load(std::memory_order_relaxed) >= kMaxBytes;
  }
  /// As WriteBehind::listenIfFull.
  [[nodiscard]] bool listenIfFull(store::RoomListener& listener);

  /// Serves what is queued, ends the thread and closes every sink but one that has failed before.
  /// Called once. Throws SinkError.
  void close();

 private:
  static std::size_t bytesOf(const Visit& visit) noexcept;
  void serve();
  void serveAll(std::deque<Visit>& batch);
  template <typename Call>
  void callSinks(const Call& call);
  bool waitForVisits(std::unique_lock<std::mutex>& lock);

  std::span<const std::unique_ptr<Sink>> sinks_;
  const Failed failed_;
  std::atomic<std::size_t> visits_{0};
  std::atomic<std::size_t> bytes_{0};

  std::mutex mutex_;  // guards what follows
  std::condition_variable work_;
  std::deque<Visit> queue_;
  std::vector<store::RoomListener*> listeners_;
  bool closing_ = false;
  std::thread thread_;
  TimePoint flush_due_ = kNever;  // set when sinks were served since they were flushed; of thread_
  const Sink* broken_ = nullptr;  // has failed, so that what comes is dropped; of thread_
};

}  // namespace forage::visit
