#include "origin/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <utility>

namespace forage::origin {
namespace {

// Output that waits before the next piece or request is taken up.
constexpr std::size_t kOutputMax = 64u << 10;
// What a connection may send before others have their turn.
constexpr int kTurn = 4;
// For a client to read the last answer before its connection is reset.
constexpr auto kLinger = std::chrono::seconds(2);
// Idle connections keep no more room than this.
constexpr std::size_t kIdleCapacity = 4u << 10;

void release(std::string& buffer) {
  if (buffer.capacity() > kIdleCapacity) {
    std::string().swap(buffer);
  } else {
    buffer.clear();
  }
}

bool hasNoBody(int status) noexcept { return status == 204 || status == 304; }

}  // namespace

Connection::Connection(int socket, Shared& shared)
    : socket_(socket), shared_(shared), reader_(shared.max_body) {
  shared_.served.connectionOpened();
}

Connection::~Connection() {
  if (reply_) shared_.served.requestEnded();
  shared_.served.connectionClosed();
  ::close(socket_);
}

Wants Connection::onReadable(TimePoint now) {
  const ssize_t size = ::recv(socket_, shared_.scratch.data(), shared_.scratch.size(), 0);
  if (size < 0) {
    if (errno == EAGAIN || errno == EINTR) return present();
    return {.close = true};
  }
  if (size == 0) {
    input_ended_ = true;
    if (linger_until_) return {.close = true};
  } else if (linger_until_) {
    return present();  // read over, so that closing does not reset
  } else {
    in_.append(shared_.scratch.data(), static_cast<std::size_t>(size));
  }
  return advance(now);
}

Wants Connection::onReady(TimePoint now) {
  if (linger_until_) return now < *linger_until_ ? present() : Wants{.close = true};
  return advance(now);
}

Wants Connection::onHangup(TimePoint now) {
  hangup_seen_ = true;
  // Nobody waits for an answer that never comes.
  if (reply_ && reply_->delay == kNoAnswer) return {.close = true};
  return advance(now);
}

Wants Connection::advance(TimePoint now) {
  bool more = true;
  for (int turn = 0; more && turn < kTurn; ++turn) {
    // Only behind what has been sent in full, so that output does not pile up.
    if (pending() == 0) {
      while (more && pending() < kOutputMax) more = step(now);
    }
    const Io io = flush();
    if (io == Io::kLost) return {.close = true};
    if (io == Io::kWouldBlock) return present();
  }
  if (closing_ && !reply_ && pending() == 0) return linger(now);
  if (input_ended_ && !reply_ && !more) return {.close = true};
  Wants wants = present();
  if (more) wants.write = true;  // its turn is over; it comes again at once
  return wants;
}

/// Makes some output or takes up the next request; returns false when neither can be done now.
bool Connection::step(TimePoint now) {
  if (!reply_) return !closing_ && readRequest(now);
  if (now < ready_at_) return false;
  if (!head_sent_) {
    sendHead();
    if (!reply_->source || !body_allowed_) {
      finish();
    } else if (reply_->pause > Nanos::zero()) {
      ready_at_ = now + reply_->pause;
    }
    return true;
  }
  if (!sendPiece(now)) finish();
  return true;
}

bool Connection::readRequest(TimePoint now) {
  if (in_at_ == in_.size()) {
    release(in_);
    in_at_ = 0;
    return false;
  }
  std::size_t used = 0;
  const auto outcome = reader_.read(std::string_view(in_).substr(in_at_), used);
  in_at_ += used;
  if (outcome == RequestReader::Outcome::kMore) {
    if (reader_.takeExpectation()) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    return in_at_ == in_.size();  // all was read: once more, to release it
  }
  const HttpRequest& request = reader_.request();
  if (outcome != RequestReader::Outcome::kRequest) {
    shared_.served.requestBegun("(refused)");
    refuse(outcome, now);
    return true;
  }
  shared_.served.requestBegun(request.target);
  close_after_ = !request.keep_alive;
  http10_ = request.http10;
  if (!http10_ && !request.field("Host")) {
    begin(failure(400, "no Host field"), now);
  } else {
    begin(answer(request, shared_.served, shared_.delay_unit), now);
  }
  return true;
}

void Connection::refuse(RequestReader::Outcome outcome, TimePoint now) {
  http10_ = false;
  close_after_ = true;
  switch (outcome) {
    case RequestReader::Outcome::kHeadTooLarge:
      return begin(failure(431, "the head of the request is too large"), now);
    case RequestReader::Outcome::kBodyTooLarge:
      return begin(failure(413, "the body of the request is too large"), now);
    default:
      return begin(failure(400, "not an HTTP/1.1 request"), now);
  }
}

void Connection::begin(Reply&& reply, TimePoint now) {
  reply_ = std::move(reply);
  close_after_ = close_after_ || reply_->close;
  body_allowed_ = reader_.request().method != "HEAD" && !hasNoBody(reply_->status);
  chunked_ = reply_->framing == Reply::Framing::kChunked && !http10_;
  // A client of HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
  if (reply_->framing == Reply::Framing::kChunked && http10_) close_after_ = true;
  head_sent_ = false;
  ready_at_ = reply_->delay == kNoAnswer ? TimePoint::max() : now + reply_->delay;
}

void Connection::sendHead() {
  const Reply& reply = *reply_;
  out_ += "HTTP/1.1 ";
  out_ += std::to_string(reply.status);
  out_ += ' ';
  const char* const reason = http_status_str(static_cast<http_status>(reply.status));
  if (reason[0] != '<') out_ += reason;
  out_.append("\r\nServer: forage-origin\r\nDate: ").append(shared_.date).append("\r\n");
  out_ += reply.fields;
  if (chunked_) {
    out_ += "Transfer-Encoding: chunked\r\n";
  } else if (reply.framing == Reply::Framing::kLength && !hasNoBody(reply.status)) {
    const std::uint64_t length = reply.source ? reply.length : reply.body.size();
    out_ += "Content-Length: " + std::to_string(length) + "\r\n";
  }
  if (close_after_) {
    out_ += "Connection: close\r\n";
  } else if (http10_) {
    out_ += "Connection: keep-alive\r\n";
  }
  out_ += "\r\n";
  if (body_allowed_ && !reply.source) out_ += reply.body;
  head_sent_ = true;
}

/// Returns false at the end of the body.
bool Connection::sendPiece(TimePoint now) {
  std::string piece;
  const bool more = reply_->source(piece);
  if (chunked_ && (!more || !piece.empty())) {
    std::array<char, 24> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", more ? piece.size() : 0);
    out_.append(size.data()).append(piece).append("\r\n");
  } else {
    out_ += piece;
  }
  if (reply_->pause > Nanos::zero()) ready_at_ = now + reply_->pause;
  return more;
}

void Connection::finish() {
  reply_.reset();
  shared_.served.requestEnded();
  closing_ = close_after_;
}

Connection::Io Connection::flush() {
  while (pending() > 0) {
    const ssize_t size = ::send(socket_, out_.data() + out_at_, pending(), MSG_NOSIGNAL);
    if (size < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN ? Io::kWouldBlock : Io::kLost;
    }
    out_at_ += static_cast<std::size_t>(size);
  }
  release(out_);
  out_at_ = 0;
  return Io::kDone;
}

/// Ends the output; the connection is closed when the client has done so, or a little later.
/// Closing it with unread input would reset it, and the client could lose the answer.
Wants Connection::linger(TimePoint now) {
  if (input_ended_) return {.close = true};
  ::shutdown(socket_, SHUT_WR);
  linger_until_ = now + kLinger;
  return present();
}

Wants Connection::present() const {
  Wants wants;
  if (linger_until_) {
    wants.read = true;
    wants.timer = linger_until_;
    return wants;
  }
  wants.write = pending() > 0;
  wants.read = !reply_ && !closing_ && !input_ended_ && !wants.write;
  // Also while nothing is read, so that a client that left is noticed.
  wants.hangup = !hangup_seen_ && !input_ended_;
  if (reply_ && !wants.write && ready_at_ != TimePoint::max()) wants.timer = ready_at_;
  return wants;
}

}  // namespace forage::origin
