// OriginServer: a small HTTP/1.1 server in the manner of httpbin, on one event loop and one thread,
// good for 10,000 delayed answers at once. For the demo, tests and benchmarks: it trusts nobody,
// but has no time limits, and is meant for the loopback interface. Paths: docs/origin.md.
// Thread-safe, but for run() and start().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace forage {

struct OriginOptions {
  std::string host = "127.0.0.1";  ///< a numeric address
  std::uint16_t port = 0;          ///< 0: any free one
  /// What one second of /delay and /drip takes.
  std::chrono::nanoseconds delay_unit = std::chrono::seconds(1);
  std::size_t max_body = 64u << 20;  ///< bytes of a request's body; more is a 413
};

/// What a server has done so far.
struct OriginStats {
  std::uint64_t requests = 0;        ///< complete heads received, refused ones included
  std::uint64_t connections = 0;     ///< accepted
  std::uint64_t open = 0;            ///< connections now
  std::uint64_t in_progress = 0;     ///< requests received and not yet answered in full
  std::uint64_t max_concurrent = 0;  ///< the most that were in progress at once
  /// Requests by target (path and query) as sent. Bounded: what finds no room is under "(other)".
  std::map<std::string, std::uint64_t, std::less<>> by_target;
};

class OriginServer final {
 public:
  /// Listens; connections wait until start() or run(). Raises the descriptor limit of the process
  /// to what it may have. Throws std::system_error: the address cannot be used.
  explicit OriginServer(OriginOptions options = {});
  ~OriginServer();
  OriginServer(const OriginServer&) = delete;
  OriginServer& operator=(const OriginServer&) = delete;

  /// Serves on a thread of its own. REQUIRES: called once, and not run().
  void start();
  /// Serves on this thread until stop(). REQUIRES: called once, and not start().
  void run();
  /// Closes all connections and ends serving; returns when start()'s thread has ended. Idempotent.
  void stop() noexcept;

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// "http://127.0.0.1:8080", without a path.
  [[nodiscard]] std::string url() const;

  [[nodiscard]] OriginStats stats() const;
  [[nodiscard]] std::uint64_t requests() const noexcept;
  /// Requests for exactly this target, such as "/page/1".
  [[nodiscard]] std::uint64_t requests(std::string_view target) const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
  std::thread thread_;
};

}  // namespace forage
