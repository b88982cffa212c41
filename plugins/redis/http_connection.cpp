#include "http_connection.h"

#include <utility>

#include "fault.h"
#include "forage/units.h"

namespace forage::redis {

using net::Io;

namespace {

constexpr std::size_t kHttpReadBuffer = 64u << 10;
constexpr std::size_t kMaxHttpHeader = 64u << 10;

Fault faultOf(const Failure& failure) noexcept {
  switch (failure.kind) {
    case ErrorKind::kTooLarge:
      return Fault::kTooLarge;
    case ErrorKind::kTruncated:
      return Fault::kClosed;
    default:
      return Fault::kProtocol;
  }
}

}  // namespace

void HttpConnection::begin(std::string head, std::span<const std::string_view, 2> body,
                           std::size_t max_body, TimePoint begun) {
  head_ = std::move(head);
  unsent_ = {head_, body[0], body[1]};
  next_unsent_ = sent_ = received_ = 0;
  serves_on_ = false;
  reader_.begin({kMaxHttpHeader, max_body}, false);
  time_.beginAt(begun);
}

bool HttpConnection::advance() {
  out_ = send();
  // Even when the sending fails: a server that takes no more of a request may have said why. Not
  // under TLS, which allows no call after an error.
  in_ = out_ == Io::kError && stream_->isTls() ? out_ : receive();
  if (reader_.isComplete()) return true;
  if (reader_.isDone()) {
    throw ConnectionError(faultOf(reader_.failure()), reader_.failure().message);
  }
  if (out_ == Io::kError || in_ == Io::kError || in_ == Io::kEnd) failLost(in_);
  return false;
}

// kDone: there is nothing more to send.
Io HttpConnection::send() {
  while (next_unsent_ < unsent_.size()) {
    if (unsent_[next_unsent_].empty()) {
      ++next_unsent_;
      continue;
    }
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

Io HttpConnection::receive() {
  std::array<char, kHttpReadBuffer> buffer;
  for (;;) {
    std::size_t n = 0;
    const Io io = stream_->read(buffer, n);
    if (io == Io::kEnd || io == Io::kError) {
      if (reader_.hasStarted()) reader_.end(io == Io::kEnd);  // a body may last until then
      return io;
    }
    if (io != Io::kDone) return io;
    received_ += n;
    const std::size_t used = reader_.feed({buffer.data(), n});
    if (reader_.isDone()) {
      serves_on_ = reader_.keepsAlive() && used == n && next_unsent_ == unsent_.size();
      return io;
    }
  }
}

pollfd HttpConnection::waitsFor() const noexcept {
  pollfd descriptor{stream_->fd(), 0, 0};
  for (const Io io : {out_, in_}) {
    if (io == Io::kWantRead) descriptor.events |= POLLIN;
    if (io == Io::kWantWrite) descriptor.events |= POLLOUT;
  }
  return descriptor;
}

void HttpConnection::failTimeout() const {
  throw ConnectionError(Fault::kTimeout, "no answer within " + formatDuration(time_.limit()));
}

void HttpConnection::failLost(Io in) const {
  if (in == Io::kEnd) throw ConnectionError(Fault::kClosed, "it closed the connection");
  const bool tls = stream_->fault() == net::Fault::kTls;
  throw ConnectionError(tls ? Fault::kProtocol : Fault::kClosed, stream_->error());
}

}  // namespace forage::redis
