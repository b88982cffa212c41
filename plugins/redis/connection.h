// One connection to Redis: sends a pipeline of commands and reads the replies as they come, both at
// once, so that neither side waits for the other on full socket buffers; or, once it subscribes,
// hears what the server says unasked. After any ConnectionError it is of no more use: what arrives
// late must not be read as the answer to something else. Used by one thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "commands.h"
#include "exchange_time.h"
#include "forage/clock.h"
#include "net/stream.h"
#include "reply_reader.h"

namespace forage::redis {

class Connection {
 public:
  /// `command_timeout` is for a whole exchange; a reply of more than `max_reply` bytes ends it.
  Connection(std::unique_ptr<net::Stream> stream, Millis command_timeout, std::size_t max_reply);

  /// Sends `commands` and hands over the reply of each. What refers to memory outside `commands`
  /// lives until it returns. Throws ConnectionError; some replies may have been handed over.
  void exchange(const Commands& commands, const OnReply& on_reply) {
    begin(commands);
    finish(on_reply);
  }
  /// The first half of exchange(): sends what goes out at once, and waits for nothing. `commands`
  /// stay where they are until finish() returns.
  void begin(const Commands& commands);
  /// The other half, with the whole of the time for itself. REQUIRES: begin().
  void finish(const OnReply& on_reply);

  /// Sends `commands`, whose replies listen() will bring. Throws ConnectionError.
  void post(const Commands& commands);
  /// Takes what the server says, a message or a reply.
  using OnMessage = std::function<void(Reply&& message)>;
  /// Waits until something comes, the descriptor `wake` can be read, or `until`; hands over what is
  /// complete. Returns whether anything came. Throws ConnectionError, and what `on_message` throws.
  bool listen(int wake, TimePoint until, const OnMessage& on_message);

  /// False: the server has closed it, or said what nobody asked for.
  [[nodiscard]] bool isUsable() { return stream_->isQuiet(); }
  /// True: nothing came back in the last exchange, not one byte.
  [[nodiscard]] bool heardNothing() const noexcept { return received_ == 0; }

 private:
  net::Io send();
  net::Io receive(const OnReply& on_reply);
  void read(std::string_view bytes, const OnReply& on_reply);
  template <typename Take>
  void decode(std::string_view bytes, Take&& take);
  void wait(net::Io out, net::Io in);
  void waitWoken(net::Io in, int wake, TimePoint until);
  void wakeLate();
  void wakeAt(int bytes);
  [[nodiscard]] Millis remaining() const;
  [[noreturn]] void failTimeout() const;
  [[noreturn]] void failLost(net::Io in) const;

  std::unique_ptr<net::Stream> stream_;
  ExchangeTime time_;
  ReplyReader reader_;
  int low_water_ = 1;  // bytes that make the socket readable

  // Of the exchange under way.
  net::Io begun_with_ = net::Io::kDone;  // what begin() came to
  std::vector<std::string_view> unsent_;
  std::size_t next_unsent_ = 0;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
  std::size_t replies_ = 0;
  std::size_t expected_ = 0;
};

}  // namespace forage::redis
