// One kept-alive HTTP/1.1 connection of the REST transport: one request and its response at a time,
// sent and read as far as goes without waiting, so that one thread can serve several. After any
// ConnectionError it is of no more use. Used by one thread at a time.
#pragma once

#include <poll.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "exchange_time.h"
#include "forage/message.h"
#include "net/response_reader.h"
#include "net/stream.h"

namespace forage::redis {

class HttpConnection {
 public:
  /// `time_limit` is for an exchange.
  HttpConnection(std::unique_ptr<net::Stream> stream, Millis time_limit)
      : stream_(std::move(stream)), time_(time_limit) {}

  /// Begins to send a request: its head, and its body in two parts, which live until the exchange
  /// has ended. Its time runs since `begun`; a response body of more than `max_body` bytes ends it.
  void begin(std::string head, std::span<const std::string_view, 2> body, std::size_t max_body,
             TimePoint begun);
  /// Goes on as far as possible without waiting. Returns whether the response is complete.
  /// Throws ConnectionError.
  [[nodiscard]] bool advance();
  /// What has to happen before advance() can do anything. REQUIRES: advance() returned false.
  [[nodiscard]] pollfd waitsFor() const noexcept;
  /// What is left of the exchange's time; 0 or less: call failTimeout().
  [[nodiscard]] Millis remaining() const noexcept { return time_.remaining(sent_ + received_); }
  [[noreturn]] void failTimeout() const;

  /// The response. REQUIRES: advance() returned true.
  [[nodiscard]] Response takeResponse() { return reader_.takeResponse(); }
  /// True: it may carry another request. REQUIRES: advance() returned true.
  [[nodiscard]] bool servesOn() const noexcept { return serves_on_; }

  /// False: the server has closed it, or said what nobody asked for.
  [[nodiscard]] bool isUsable() { return stream_->isQuiet(); }
  /// True: nothing came back in the last exchange, not one byte.
  [[nodiscard]] bool heardNothing() const noexcept { return received_ == 0; }

 private:
  net::Io send();
  net::Io receive();
  [[noreturn]] void failLost(net::Io in) const;

  std::unique_ptr<net::Stream> stream_;
  ExchangeTime time_;
  net::ResponseReader reader_;

  // Of the exchange under way.
  std::string head_;
  std::array<std::string_view, 3> unsent_;
  std::size_t next_unsent_ = 0;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
  net::Io out_ = net::Io::kDone;
  net::Io in_ = net::Io::kDone;
  bool serves_on_ = false;
};

}  // namespace forage::redis
