// One client of the origin server: reads requests, answers them in order, one at a time. Owned and
// called by the loop; knows nothing of epoll. Not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "origin/http_request.h"
#include "origin/routes.h"
#include "origin/served.h"

namespace forage::origin {

using TimePoint = std::chrono::steady_clock::time_point;

/// What connections share; owned by the loop.
struct Shared {
  Served& served;
  Nanos delay_unit;
  std::size_t max_body;
  std::string date;     ///< value of the Date field now
  std::string scratch;  ///< for reading into
};

/// What a connection waits for.
struct Wants {
  bool close = false;  ///< nothing: it has ended
  bool read = false;
  bool write = false;
  bool hangup = false;  ///< the end of what the client sends
  std::optional<TimePoint> timer{};

  friend bool operator==(const Wants&, const Wants&) = default;
};

class Connection final {
 public:
  /// Takes `socket` over, which is non-blocking. `shared` outlives it.
  Connection(int socket, Shared& shared);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] Wants onReadable(TimePoint now);
  /// Goes on where it stopped: the socket is writable, or the time it waited for has come.
  [[nodiscard]] Wants onReady(TimePoint now);
  /// The client sends no more. It may still read.
  [[nodiscard]] Wants onHangup(TimePoint now);

 private:
  enum class Io : std::uint8_t { kDone, kWouldBlock, kLost };

  Wants advance(TimePoint now);
  bool step(TimePoint now);
  bool readRequest(TimePoint now);
  void begin(Reply&& reply, TimePoint now);
  void refuse(RequestReader::Outcome outcome, TimePoint now);
  void sendHead();
  bool sendPiece(TimePoint now);
  void finish();
  Io flush();
  Wants linger(TimePoint now);
  [[nodiscard]] Wants present() const;
  [[nodiscard]] std::size_t pending() const noexcept { return out_.size() - out_at_; }

  const int socket_;
  Shared& shared_;
  RequestReader reader_;
  std::string in_;  // received and not yet read; bounded: nothing is received while it has requests
  std::size_t in_at_ = 0;
  std::string out_;
  std::size_t out_at_ = 0;
  std::optional<Reply> reply_;  // being sent
  TimePoint ready_at_{};        // when the reply goes on
  bool head_sent_ = false;
  bool body_allowed_ = true;  // not for HEAD
  bool chunked_ = false;
  bool http10_ = false;
  bool close_after_ = false;  // this reply
  bool closing_ = false;      // no further request is read
  bool input_ended_ = false;
  bool hangup_seen_ = false;
  std::optional<TimePoint> linger_until_;
};

}  // namespace forage::origin
