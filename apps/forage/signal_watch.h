// SIGINT and SIGTERM, taken by a thread of their own. The first asks for a graceful stop, the next
// one, half a second later or more, ends the process at once; both lead to exit code 11. Before
// anybody has asked for the stop token there is nothing to stop gracefully, and the first one ends
// the process.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace forage::app {

class Terminal;

class SignalWatch final {
 public:
  /// Blocks both signals in the calling thread and all it starts. The first thing in main(): a
  /// thread that was started before would take them.
  static void block() noexcept;

  /// REQUIRES: block() has been called. `terminal` outlives the watch.
  explicit SignalWatch(Terminal& terminal);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// Requested by the first signal from now on.
  [[nodiscard]] std::stop_token token() noexcept;

 private:
  void watch();
  void take();

  Terminal& terminal_;
  std::stop_source stop_;
  std::atomic<bool> graceful_{false};
  int signals_ = -1;  // a signalfd
  int quit_ = -1;     // an eventfd, to end the thread
  std::thread thread_;
};

}  // namespace forage::app
