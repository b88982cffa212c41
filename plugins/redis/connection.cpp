#include "connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

#include "fault.h"
#include "forage/units.h"

namespace forage::redis {

using net::Io;

namespace {

constexpr std::size_t kReadBuffer = 64u << 10;
constexpr std::size_t kShortestReply = 3;  // "+\r\n"
constexpr std::size_t kMostAwaited = 1024;
constexpr Millis kLongestPoll = std::chrono::minutes(1);

}  // namespace

Connection::Connection(std::unique_ptr<net::Stream> stream, Millis command_timeout,
                       std::size_t max_reply)
    : stream_(std::move(stream)), time_(command_timeout), reader_(max_reply) {}

template <typename Take>
void Connection::decode(std::string_view bytes, Take&& take) {
  while (!bytes.empty()) {
    const std::string_view slice = bytes.substr(0, ReplyReader::kSlice);
    bytes.remove_prefix(slice.size());
    reader_.feed(slice);
    while (std::unique_ptr<Reply> reply = reader_.next()) take(std::move(*reply));
  }
}

void Connection::begin(const Commands& commands) {
  unsent_ = commands.pieces();
  next_unsent_ = sent_ = received_ = replies_ = 0;
  expected_ = commands.count();
  time_.begin();
  begun_with_ = send();
}

void Connection::finish(const OnReply& on_reply) {
  time_.begin();
  Io out = begun_with_;
  while (replies_ < expected_) {
    // Even when the sending fails: what the server said before it closed tells why. Not under TLS,
    // which allows no call after an error.
    const Io in = out == Io::kError && stream_->isTls() ? out : receive(on_reply);
    if (replies_ == expected_) break;
    if (out == Io::kError || in == Io::kError || in == Io::kEnd) failLost(in);
    if (in != Io::kDone) wait(out, in);
    out = send();
  }
  if (next_unsent_ < unsent_.size() || reader_.isAmidReply()) {
    throw ConnectionError(Fault::kProtocol, "it answers more than it was asked");
  }
}

void Connection::post(const Commands& commands) {
  begin(commands);
  for (Io out = begun_with_; out != Io::kDone; out = send()) {
    if (out == Io::kError) failLost(out);
    wait(out, out);
  }
}

bool Connection::listen(int wake, TimePoint until, const OnMessage& on_message) {
  wakeAt(1);
  std::array<char, kReadBuffer> buffer;
  std::size_t n = 0;
  Io in = stream_->read(buffer, n);
  if (in == Io::kWantRead || in == Io::kWantWrite) {
    waitWoken(in, wake, until);
    in = stream_->read(buffer, n);
  }
  if (in == Io::kError || in == Io::kEnd) failLost(in);
  if (in != Io::kDone) return false;
  decode({buffer.data(), n}, on_message);
  return true;
}

// kDone: there is nothing more to send.
Io Connection::send() {
  while (next_unsent_ < unsent_.size()) {
    if (remaining() <= Millis::zero()) failTimeout();
    std::size_t n = 0;
    const Io io = stream_->write(std::span(unsent_).subspan(next_unsent_), n);
    if (io != Io::kDone) return io;
    sent_ += n;
    while (next_unsent_ < unsent_.size() && n >= unsent_[next_unsent_].size()) {
      n -= unsent_[next_unsent_++].size();
    }
    if (n > 0) unsent_[next_unsent_].remove_prefix(n);
  }
  return Io::kDone;
}

// Reads until the stream holds no more, or has given as much as fits while there is more to send.
Io Connection::receive(const OnReply& on_reply) {
  std::array<char, kReadBuffer> buffer;
  for (;;) {
    std::size_t n = 0;
    const Io io = stream_->read(buffer, n);
    if (io != Io::kDone) return io;
    received_ += n;
    read({buffer.data(), n}, on_reply);
    if (replies_ == expected_ || next_unsent_ < unsent_.size()) return io;
    if (remaining() <= Millis::zero()) failTimeout();
  }
}

void Connection::read(std::string_view bytes, const OnReply& on_reply) {
  decode(bytes, [&](Reply&& reply) {
    if (replies_ == expected_) {
      throw ConnectionError(Fault::kProtocol, "it answers more than it was asked");
    }
    on_reply(replies_++, std::move(reply));
  });
}

// Has the socket wake us once as many bytes are there as the replies that are missing take at
// least, instead of for each few of them: Redis answers a pipeline of SETs in many small pieces.
// The end of the stream wakes all the same.
void Connection::wakeLate() {
  if (stream_->isTls()) return;
  const std::size_t missing = expected_ - replies_;
  const std::size_t whole = std::min(missing - (reader_.isAmidReply() ? 1 : 0), kMostAwaited);
  wakeAt(std::max(1, static_cast<int>(whole * kShortestReply)));
}

void Connection::wakeAt(int bytes) {
  if (bytes == low_water_) return;
  if (::setsockopt(stream_->fd(), SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes) == 0) {
    low_water_ = bytes;
  }
}

// Waits until one of the two can go on.
void Connection::wait(Io out, Io in) {
  wakeLate();
  pollfd descriptor{stream_->fd(), 0, 0};
  for (const Io io : {out, in}) {
    if (io == Io::kWantRead) descriptor.events |= POLLIN;
    if (io == Io::kWantWrite) descriptor.events |= POLLOUT;
  }
  for (;;) {
    const Millis left = remaining();
    if (left <= Millis::zero()) failTimeout();
    const int ready = ::poll(&descriptor, 1, static_cast<int>(left.count()));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) {
      throw ConnectionError(Fault::kClosed, std::generic_category().message(errno));
    }
  }
}

// Waits until the stream can go on, `wake` can be read, or `until`.
void Connection::waitWoken(Io in, int wake, TimePoint until) {
  const short events = in == Io::kWantWrite ? POLLOUT : POLLIN;
  std::array<pollfd, 2> descriptors{{{stream_->fd(), events, 0}, {wake, POLLIN, 0}}};
  const auto now = std::chrono::steady_clock::now();
  const Millis left = std::chrono::ceil<Millis>(std::max(until, now) - now);
  const auto millis = static_cast<int>(std::min(left, kLongestPoll).count());
  if (::poll(descriptors.data(), descriptors.size(), millis) < 0 && errno != EINTR) {
    throw ConnectionError(Fault::kClosed, std::generic_category().message(errno));
  }
}

// Until the exchange has had its time.
Millis Connection::remaining() const { return time_.remaining(sent_ + received_); }

void Connection::failTimeout() const {
  throw ConnectionError(Fault::kTimeout, "no answer within " + formatDuration(time_.limit()));
}

void Connection::failLost(Io in) const {
  if (in == Io::kEnd) throw ConnectionError(Fault::kClosed, "it closed the connection");
  const bool tls = stream_->fault() == net::Fault::kTls;
  throw ConnectionError(tls ? Fault::kProtocol : Fault::kClosed, stream_->error());
}

}  // namespace forage::redis
