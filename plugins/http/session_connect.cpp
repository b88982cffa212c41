// From the name of a host to a connection: resolve, try addresses in turn, shake hands.
#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <limits>
#include <system_error>
#include <utility>

#include "forage/address_space.h"
#include "forage/error.h"
#include "net/request_rules.h"
#include "session.h"

namespace forage::http1 {

namespace {

using net::Io;

constexpr Millis kAttemptDelay{250};    // RFC 8305, section 5
constexpr Millis kDescriptorRetry{50};  // other sessions may have closed one

// Left to the rest of the process, which has lists to read and stores to reach.
constexpr rlim_t kLeftToOthers = 16;

bool lacksDescriptors(int error_number) noexcept {
  return error_number == EMFILE || error_number == ENFILE;
}

bool isPublic(const Poco::Net::IPAddress& address) {
  return isPublicAddress({static_cast<const char*>(address.addr()), address.length()});
}

net::AnswerPtr publicOf(const net::Answer& answer) {
  auto kept = std::make_shared<net::Answer>();
  std::copy_if(answer.addresses.begin(), answer.addresses.end(),
               std::back_inserter(kept->addresses), isPublic);
  return kept;
}

rlim_t descriptorLimit() noexcept {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

// The lowest free descriptor is the next: one this high says that there are hardly any left.
int firstOfTheLast() noexcept {
  const rlim_t limit = descriptorLimit();
  const rlim_t first = limit - std::min(kLeftToOthers, limit / 4);
  return static_cast<int>(std::min<rlim_t>(first, std::numeric_limits<int>::max()));
}

}  // namespace

void Fetch::resolved(const net::AnswerPtr& found) { session->onResolved(*this, found); }

void Session::beginConnect(Fetch& fetch) {
  fetch.phase = Fetch::Phase::kResolving;
  fetch.connect_deadline = std::min(after(now_, fetch.limits.connect_timeout), fetch.deadline);
  fetch.next_address = 0;
  fetch.last_error.clear();
  fetch.handshake_lost = false;
  if (const net::AnswerPtr answer = resolver_.ask(fetch.origin->host, fetch, now_)) {
    onResolved(fetch, answer);
  } else {
    arm(fetch);
  }
}

void Session::onResolved(Fetch& fetch, net::AnswerPtr answer) {
  if (answer->addresses.empty()) {
    fail(fetch, ErrorKind::kResolve, fetch.origin->host + ": " + answer->error);
    return;
  }
  // What is tried is what was looked at: no second look-up comes between.
  if (fetch.limits.public_only) answer = publicOf(*answer);
  if (answer->addresses.empty()) {
    fail(fetch, ErrorKind::kPolicy, fetch.origin->host + " has no public address");
    return;
  }
  fetch.answer = std::move(answer);
  tryNextAddress(fetch);
}

// Starts one more attempt beside those under way; without a further address the last failure
// of the last attempt is the fetch's.
void Session::tryNextAddress(Fetch& fetch) {
  const auto& addresses = fetch.answer->addresses;
  fetch.phase = Fetch::Phase::kConnecting;
  while (fetch.next_address < addresses.size()) {
    const Attempt result = attempt(fetch, addresses[fetch.next_address]);
    if (result == Attempt::kFailed) continue;
    if (result == Attempt::kSettled) return;  // the fetch may be gone
    const Millis share = fetch.limits.connect_timeout / static_cast<int>(addresses.size());
    fetch.next_attempt = now_ + std::clamp(share, Millis{1}, kAttemptDelay);
    arm(fetch);
    return;
  }
  if (!fetch.attempts.empty()) {
    arm(fetch);
    return;
  }
  const std::string& where = fetch.origin->where;
  if (fetch.handshake_lost) {
    fail(fetch, ErrorKind::kTls, "TLS with " + where + ": connection lost in the handshake");
  } else {
    fail(fetch, ErrorKind::kConnect, where + ": " + fetch.last_error);
  }
}

// Null: there is no descriptor for it. The last ones are for others, unless this session has none.
std::unique_ptr<net::Stream> Session::openStream(const Poco::Net::SocketAddress& target,
                                                 Io& io) const {
  const int limit = connections_.empty() ? std::numeric_limits<int>::max() : firstOfTheLast();
  auto stream = net::Stream::connect(target, io, limit);
  const bool lacking = io == Io::kError && lacksDescriptors(stream->errorCode());
  return lacking ? nullptr : std::move(stream);
}

// kSettled: connected, which may have ended the fetch, or it waits for a descriptor.
Session::Attempt Session::attempt(Fetch& fetch, const Poco::Net::IPAddress& address) {
  const Poco::Net::SocketAddress target(address, fetch.origin->port);
  Io io = Io::kError;
  std::unique_ptr<net::Stream> stream;
  do {
    stream = openStream(target, io);
  } while (stream == nullptr && closeOldestIdle());
  if (stream == nullptr) {
    fetch.last_error = std::generic_category().message(EMFILE) + " (the limit is " +
                       std::to_string(descriptorLimit()) + ")";
    if (fetch.attempts.empty()) {
      waitForDescriptor(fetch);
      return Attempt::kSettled;
    }
  }
  ++fetch.next_address;
  if (stream == nullptr) return Attempt::kFailed;
  if (io == Io::kError) {
    fetch.last_error = stream->error();
    return Attempt::kFailed;
  }
  Connection& connection = add(std::move(stream), *fetch.origin, &fetch);
  connection.is_public = isPublic(address);
  if (connection.state == Connection::State::kClosed) return Attempt::kFailed;
  fetch.attempts.push_back(&connection);
  if (io != Io::kDone) return Attempt::kUnderWay;
  onConnected(connection);
  return Attempt::kSettled;
}

// Never spins: tried again when this session closes a connection, and now and then for what
// others close.
void Session::waitForDescriptor(Fetch& fetch) {
  fetch.phase = Fetch::Phase::kWaiting;
  if (!fetch.in_waiting.is_linked()) waiting_.push_back(fetch);
  retry_descriptor_at_ = std::min(retry_descriptor_at_, now_ + kDescriptorRetry);
  arm(fetch);
}

void Session::serveWaiting() {
  if (waiting_.empty()) {
    descriptor_freed_ = false;
    retry_descriptor_at_ = kNever;
    return;
  }
  if (!descriptor_freed_ && now_ < retry_descriptor_at_) return;
  descriptor_freed_ = false;
  retry_descriptor_at_ = kNever;
  WaitingList turn;
  turn.swap(waiting_);
  while (!turn.empty()) {
    Fetch& fetch = turn.front();
    turn.pop_front();
    Connection* kept =
        net::isIdempotent(fetch.request.method) ? takeIdle(*fetch.origin, fetch.limits) : nullptr;
    if (kept != nullptr) {
      fetch.reused = true;
      exchange(fetch, *kept);
    } else {
      tryNextAddress(fetch);
    }
    if (waiting_.empty()) continue;
    waiting_.splice(waiting_.end(), turn);  // still none: the others keep their order
    return;
  }
}

void Session::onConnecting(Connection& connection) {
  if (connection.stream->finishConnect() == Io::kDone) {
    onConnected(connection);
  } else {
    onAttemptFailed(connection, connection.stream->error());
  }
}

// The first address that accepts wins; the other attempts end.
void Session::onConnected(Connection& connection) {
  Fetch& fetch = *connection.fetch;
  std::erase(fetch.attempts, &connection);
  while (!fetch.attempts.empty()) close(*fetch.attempts.back());
  fetch.connection = &connection;
  if (!fetch.origin->tls) {
    exchange(fetch, connection);
    return;
  }
  connection.state = Connection::State::kHandshaking;
  fetch.phase = Fetch::Phase::kHandshaking;
  try {
    connection.stream->startTls(tls_, fetch.origin->host, fetch.origin->port);
  } catch (const FetchError& error) {
    fail(fetch, error.kind(), "TLS with " + fetch.origin->where + ": " + error.message());
    return;
  }
  arm(fetch);
  onHandshake(connection);
}

void Session::onAttemptFailed(Connection& connection, const std::string& error) {
  Fetch& fetch = *connection.fetch;
  fetch.last_error = error;  // before the stream that owns it goes
  close(connection);
  tryNextAddress(fetch);
}

void Session::onHandshake(Connection& connection) {
  Fetch& fetch = *connection.fetch;
  const Io io = connection.stream->handshake();
  if (io == Io::kDone) {
    exchange(fetch, connection);
    return;
  }
  if (io == Io::kWantRead || io == Io::kWantWrite) return;
  if (connection.stream->fault() == net::Fault::kLost) {
    fetch.handshake_lost = true;  // another address may do better
    onAttemptFailed(connection, connection.stream->error());
    return;
  }
  fail(fetch, ErrorKind::kTls,
       "TLS with " + fetch.origin->where + ": " + connection.stream->error());
}

void Session::watchDns(int fd, bool readable, bool writable) {
  const auto known = std::find(dns_fds_.begin(), dns_fds_.end(), fd);
  if (!readable && !writable) {
    if (known == dns_fds_.end()) return;
    dns_fds_.erase(known);
    poller_.remove(fd);
    return;
  }
  const std::uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
  const std::uint64_t tag = (static_cast<std::uint64_t>(fd) << 1) | 1;
  if (known == dns_fds_.end()) {
    (void)poller_.add(fd, events, tag);
    dns_fds_.push_back(fd);
  } else {
    poller_.change(fd, events, tag);
  }
}

}  // namespace forage::http1
