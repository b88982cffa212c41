// Over a connection: the request out, the response in, and what may be kept for the next.
#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "forage/error.h"
#include "session.h"

namespace forage::http1 {

namespace {

using net::Io;
using State = Connection::State;

// Read from one connection before the others have their turn.
constexpr int kReadsPerTurn = 16;
// Idle connections looked at in one call, and how long that is relied on.
constexpr std::size_t kLooks = 64;
constexpr std::chrono::microseconds kLookHolds(200);

}  // namespace

Connection& Session::add(std::unique_ptr<net::Stream> stream, Origin& origin, Fetch* fetch) {
  auto& connection = *connections_.emplace_back(std::make_unique<Connection>());
  connection.slot = connections_.size() - 1;
  connection.stream = std::move(stream);
  connection.origin = &origin;
  connection.fetch = fetch;
  origins_.enter(origin);
  if (!poller_.add(connection.stream->fd(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                   reinterpret_cast<std::uint64_t>(&connection))) {
    fetch->last_error = std::generic_category().message(errno);
    close(connection);
  }
  return connection;
}

// Closes at once; the object stays until no event of this round can name it.
void Session::close(Connection& connection) {
  if (connection.state == State::kClosed) return;
  if (connection.state == State::kIdle) --idle_count_;
  if (connection.fetch != nullptr) {
    std::erase(connection.fetch->attempts, &connection);
    if (connection.fetch->connection == &connection) connection.fetch->connection = nullptr;
  }
  connection.state = State::kClosed;
  connection.in_idle.unlink();
  connection.in_origin.unlink();
  connection.stream.reset();
  connection.fetch = nullptr;
  descriptor_freed_ = true;
  if (connection.is_busy) std::erase(busy_, &connection);
  origins_.leave(*connection.origin);
  connection.origin = nullptr;
  const std::size_t slot = connection.slot;
  closed_.push_back(std::move(connections_[slot]));
  if (slot + 1 != connections_.size()) {
    connections_[slot] = std::move(connections_.back());
    connections_[slot]->slot = slot;
  }
  connections_.pop_back();
}

// An idle connection that the server has not ended, and on which nothing has come that would be
// taken for the next response.
Connection* Session::takeIdle(Origin& origin, const FetchLimits& limits) {
  for (;;) {
    const auto youngest =
        std::find_if(origin.idle.rbegin(), origin.idle.rend(),
                     [&](const Connection& one) { return one.is_public || !limits.public_only; });
    if (youngest == origin.idle.rend()) return nullptr;
    Connection& connection = *youngest;
    if (now_ >= connection.quiet_until) {
      // The check of many together looks at the youngest, whatever their addresses are.
      if (!limits.public_only) {
        checkIdle(origin);
        continue;
      }
      if (!connection.stream->isQuiet()) {
        close(connection);
        continue;
      }
    }
    connection.in_idle.unlink();
    connection.in_origin.unlink();
    connection.state = State::kActive;
    --idle_count_;
    return &connection;
  }
}

// Looks at the youngest idle connections and closes those that are of no more use: in one call for
// all that the caller is about to start. TLS may hold something back that no descriptor tells of.
void Session::checkIdle(Origin& origin) {
  std::array<pollfd, kLooks> descriptors;
  std::array<Connection*, kLooks> connections;
  std::size_t count = 0;
  for (auto at = origin.idle.rbegin(); at != origin.idle.rend() && count < kLooks; ++at) {
    descriptors[count] = {at->stream->fd(), POLLIN | POLLRDHUP, 0};
    connections[count++] = &*at;
  }
  const bool looked = ::poll(descriptors.data(), count, 0) >= 0;
  for (std::size_t i = 0; i < count; ++i) {
    Connection& connection = *connections[i];
    const bool fresh = now_ - connection.idle_since < options_.idle_timeout;
    // Under TLS there may be records that are no content, such as a ticket: it takes them in.
    const bool tls = connection.stream->isTls();
    const int ended = descriptors[i].revents & ~(tls ? POLLIN : 0);
    const bool quiet =
        looked && ended == 0 && !connection.peer_ended && (!tls || connection.stream->isQuiet());
    if (fresh && quiet) {
      connection.quiet_until = now_ + kLookHolds;
    } else {
      close(connection);
    }
  }
}

void Session::keepIdle(Connection& connection) {
  connection.state = State::kIdle;
  connection.fetch = nullptr;
  connection.idle_since = now_;
  connection.quiet_until = now_;
  connection.origin->idle.push_back(connection);
  idle_.push_back(connection);
  ++idle_count_;
  descriptor_freed_ = true;  // as good as free: a fetch that waits for one may use or close this
}

// What one wait() has set free may serve what the caller starts next, so the limit holds only when
// it waits again: with more fetches in flight than are kept idle, none would be reused otherwise.
void Session::trimIdle() {
  while (idle_count_ > options_.max_idle) closeOldestIdle();
}

bool Session::closeOldestIdle() {
  if (idle_.empty()) return false;
  close(idle_.front());
  return true;
}

void Session::closeExpiredIdle() {
  while (!idle_.empty() && now_ - idle_.front().idle_since >= options_.idle_timeout) {
    closeOldestIdle();
  }
}

void Session::exchange(Fetch& fetch, Connection& connection) {
  connection.state = State::kActive;
  connection.fetch = &fetch;
  connection.sent = 0;
  connection.write_failed = false;
  fetch.connection = &connection;
  fetch.phase = Fetch::Phase::kExchanging;
  const std::string_view refusal =
      heads_.write(fetch.request, options_.max_idle != 0, connection.head);
  if (!refusal.empty()) {
    fail(fetch, ErrorKind::kProtocol, fetch.origin->where + ": " + std::string(refusal));
    return;
  }
  if (!connection.reader) connection.reader.emplace();
  connection.reader->begin({fetch.limits.max_header_bytes, fetch.limits.max_filesize},
                           fetch.request.method == "HEAD");
  ++fetch.requests;
  beginSpeed(fetch);
  arm(fetch);
  flush(connection);
  // The end was announced while it connected; no edge will tell again.
  if (connection.state == State::kActive && connection.peer_ended) onReadable(connection);
}

void Session::flush(Connection& connection) {
  const std::string_view head = connection.head;
  const std::string_view body = connection.fetch->request.body;
  while (connection.sent < head.size() + body.size()) {
    const std::size_t in_head = std::min(connection.sent, head.size());
    const std::array<std::string_view, 2> parts = {head.substr(in_head),
                                                   body.substr(connection.sent - in_head)};
    std::size_t n = 0;
    const Io io = connection.stream->write(parts, n);
    if (io == Io::kDone) {
      connection.sent += n;
      continue;
    }
    if (io == Io::kWantRead || io == Io::kWantWrite) return;
    // The server may have answered before it stopped listening, with a 413 for instance.
    connection.write_failed = true;
    connection.peer_ended = true;
    onReadable(connection);
    return;
  }
}

void Session::onReadable(Connection& connection) {
  for (int i = 0; i < kReadsPerTurn; ++i) {
    if (!readSome(connection)) return;
  }
  if (connection.is_busy) return;
  connection.is_busy = true;
  busy_.push_back(&connection);
}

// False: there is no more to read for now, or the exchange has ended.
bool Session::readSome(Connection& connection) {
  std::size_t n = 0;
  const Io io = connection.stream->read(buffer_, n);
  if (io == Io::kWantRead || io == Io::kWantWrite) {
    if (connection.write_failed) onEnd(connection, Io::kError);
    return false;
  }
  if (io != Io::kDone) {
    onEnd(connection, io);
    return false;
  }
  net::ResponseReader& reader = *connection.reader;
  const std::size_t used = reader.feed({buffer_.data(), n});
  connection.fetch->wire_bytes += n;
  if (reader.isDone()) {
    onComplete(connection, used < n);
    return false;
  }
  // A short read has emptied the socket, and an edge tells of what comes next. Not so under TLS,
  // which holds bytes back, nor once the end has been announced: that edge is gone.
  return connection.stream->isTls() || connection.peer_ended || n == buffer_.size();
}

void Session::onEnd(Connection& connection, Io io) {
  net::ResponseReader& reader = *connection.reader;
  connection.peer_ended = true;
  if (io == Io::kError && connection.stream->fault() == net::Fault::kTls) {
    Fetch& fetch = *connection.fetch;
    fail(fetch, ErrorKind::kTls,
         "TLS with " + fetch.origin->where + ": " + connection.stream->error());
    return;
  }
  if (!reader.hasStarted()) {
    onLost(connection, io == Io::kEnd ? "closed" : connection.stream->error());
    return;
  }
  reader.end(io == Io::kEnd);
  onComplete(connection, false);
}

void Session::onComplete(Connection& connection, bool leftover) {
  Fetch& fetch = *connection.fetch;
  net::ResponseReader& reader = *connection.reader;
  if (!reader.isComplete()) {
    const Failure& failure = reader.failure();
    fail(fetch, failure.kind, fetch.origin->where + ": " + failure.message);
    return;
  }
  const bool all_sent = connection.sent == connection.head.size() + fetch.request.body.size();
  const bool keep = reader.keepsAlive() && !leftover && all_sent && !connection.peer_ended &&
                    options_.max_idle != 0;
  connection.served = true;
  if (keep) {
    keepIdle(connection);
    fetch.connection = nullptr;
  } else {
    close(connection);
  }
  succeed(fetch, reader.takeResponse());
}

// The connection died before the first byte of the response. A kept one may have been dead for
// long: it is replaced by a new one, once.
void Session::onLost(Connection& connection, const std::string& error) {
  Fetch& fetch = *connection.fetch;
  if (connection.served && !fetch.replaced) {
    fetch.replaced = true;
    fetch.reused = false;
    close(connection);
    beginConnect(fetch);
    return;
  }
  fail(fetch, ErrorKind::kConnect,
       fetch.origin->where + ": connection lost before the response: " + error);
}

}  // namespace forage::http1
