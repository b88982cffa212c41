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

}  // namespace

Connection::Connection(std::unique_ptr<net::Stream> stream, Millis command_timeout,
                       std::size_t max_reply)
    : stream_(std::move(stream)), time_(command_timeout), reader_(max_reply) {}

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
  while (!bytes.empty()) {
    const std::string_view slice = bytes.substr(0, ReplyReader::kSlice);
    bytes.remove_prefix(slice.size());
    reader_.feed(slice);
    while (std::unique_ptr<Reply> reply = reader_.next()) {
      if (replies_ == expected_) {
        throw ConnectionError(Fault::kProtocol, "it answers more than it was asked");
      }
      on_reply(replies_++, std::move(*reply));
    }
  }
}

// Has the socket wake us once as many bytes are there as the replies that are missing take at
// least, instead of for each few of them: Redis answers a pipeline of SETs in many small pieces.
// The end of the stream wakes all the same.
void Connection::wakeLate() {
  if (stream_->isTls()) return;
  const std::size_t missing = expected_ - replies_;
  const std::size_t whole = std::min(missing - (reader_.isAmidReply() ? 1 : 0), kMostAwaited);
  const int bytes = std::max(1, static_cast<int>(whole * kShortestReply));
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
