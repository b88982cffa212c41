#include "session.h"

#include <algorithm>
#include <utility>

#include "forage/error.h"
#include "forage/units.h"
#include "net/request_rules.h"

namespace forage::http1 {

namespace {

constexpr std::size_t kReadSize = 64u << 10;
constexpr std::size_t kMaxSpare = 256;

int millisUntil(TimePoint due, TimePoint now) noexcept {
  if (due == kNever) return -1;
  if (due <= now) return 0;
  const auto millis = std::chrono::ceil<Millis>(due - now).count();  // never early: no spinning
  return static_cast<int>(std::min<Millis::rep>(millis, 3'600'000));
}

/// Bytes of the present request and its response so far.
std::uint64_t movedBytes(const Fetch& fetch) noexcept {
  return fetch.wire_bytes + fetch.connection->sent;
}

}  // namespace

Session::Session(const SessionOptions& options, std::shared_ptr<net::TlsContext> tls,
                 const Clock& clock)
    : options_(options),
      tls_(std::move(tls)),
      clock_(clock),
      now_(clock.now()),
      buffer_(kReadSize),
      resolver_(
          net::ResolverOptions{options.dns_servers},
          [this](int fd, bool readable, bool writable) { watchDns(fd, readable, writable); }) {}

Session::~Session() = default;

void Session::start(FetchId id, const Request& request, const FetchLimits& limits) {
  now_ = clock_.now();
  Fetch& fetch = admit(id, request, limits);
  if (request.url == nullptr || request.url->empty()) {
    fail(fetch, ErrorKind::kUrl, "no URL");
    return;
  }
  Origin& origin = origins_.enter(*request.url);
  fetch.origin = &origin;
  // What must not be sent twice goes over a connection of its own: a kept one may be dead already.
  Connection* kept = net::isIdempotent(request.method) ? takeIdle(origin, limits) : nullptr;
  if (kept == nullptr) {
    beginConnect(fetch);
    return;
  }
  fetch.reused = true;
  exchange(fetch, *kept);
}

Fetch& Session::admit(FetchId id, const Request& request, const FetchLimits& limits) {
  Fetch* fetch = nullptr;
  if (spare_.empty()) {
    fetch = (fetches_[id] = std::make_unique<Fetch>()).get();
  } else {
    Fetches::node_type node = std::move(spare_.back());
    spare_.pop_back();
    node.key() = id;
    fetch = fetches_.insert(std::move(node)).position->second.get();
  }
  fetch->session = this;
  fetch->id = id;
  fetch->request = request;
  fetch->limits = limits;
  fetch->origin = nullptr;
  fetch->deadline = after(now_, limits.max_time);
  fetch->connection = nullptr;
  fetch->requests = 0;
  fetch->wire_bytes = 0;
  fetch->reused = fetch->replaced = false;
  return *fetch;
}

void Session::cancel(FetchId id) {
  now_ = clock_.now();
  const auto found = fetches_.find(id);
  if (found == fetches_.end()) {
    std::erase_if(done_, [id](const Fetched& fetched) { return fetched.id == id; });
    return;
  }
  Fetch& fetch = *found->second;
  if (fetch.connection != nullptr) close(*fetch.connection);
  release(fetch);
}

void Session::wait(TimePoint until, std::vector<Fetched>& done) {
  for (;;) {
    now_ = clock_.now();
    if (done_.empty()) trimIdle();
    runTimers();
    const bool at_once = !done_.empty() || !busy_.empty();
    const int timeout = at_once ? 0 : millisUntil(nextDue(until), now_);
    const auto events = poller_.wait(timeout);
    now_ = clock_.now();
    for (const epoll_event& event : events) dispatch(event);
    runBusy();
    runTimers();
    closed_.clear();
    const bool woken = poller_.takeWake();
    if (!done_.empty() || woken || now_ >= until) break;
  }
  if (done.empty()) {
    done.swap(done_);
    return;
  }
  done.insert(done.end(), std::make_move_iterator(done_.begin()),
              std::make_move_iterator(done_.end()));
  done_.clear();
}

// The tag of an event: an odd number is a DNS socket, anything else a Connection.
void Session::dispatch(const epoll_event& event) {
  const std::uint32_t what = event.events;
  if ((event.data.u64 & 1) != 0) {
    const bool failed = (what & (EPOLLERR | EPOLLHUP)) != 0;
    resolver_.process(static_cast<int>(event.data.u64 >> 1), failed || (what & EPOLLIN) != 0,
                      failed || (what & EPOLLOUT) != 0, now_);
    return;
  }
  auto& connection = *reinterpret_cast<Connection*>(event.data.u64);
  if ((what & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) connection.peer_ended = true;
  switch (connection.state) {
    case Connection::State::kConnecting:
      onConnecting(connection);
      break;
    case Connection::State::kHandshaking:
      onHandshake(connection);
      break;
    case Connection::State::kActive:
      // Under TLS a write may wait for a read and the other way round.
      if (connection.sent < connection.head.size() + connection.fetch->request.body.size() &&
          !connection.write_failed) {
        flush(connection);
      }
      if (connection.state == Connection::State::kActive &&
          (connection.stream->isTls() || (what & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)) {
        onReadable(connection);
      }
      break;
    case Connection::State::kIdle:
      if (connection.peer_ended || !connection.stream->isQuiet()) close(connection);
      break;
    case Connection::State::kClosed:
      break;
  }
}

void Session::runBusy() {
  if (busy_.empty()) return;
  std::vector<Connection*> turn;
  turn.swap(busy_);
  for (Connection* connection : turn) {
    connection->is_busy = false;
    if (connection->state == Connection::State::kActive) onReadable(*connection);
  }
}

void Session::runTimers() {
  while (Timer* timer = timers_.top()) {
    if (timer->due() > now_) break;
    expire(static_cast<Fetch&>(*timer));
  }
  closeExpiredIdle();
  if (resolver_.nextTimeout(now_) <= now_) resolver_.processTimeouts(now_);
  serveWaiting();
}

void Session::expire(Fetch& fetch) {
  using Phase = Fetch::Phase;
  const bool connecting = fetch.phase != Phase::kExchanging;
  if (!connecting && now_ < fetch.deadline) return checkSpeed(fetch);
  if (now_ < fetch.deadline && !(connecting && now_ >= fetch.connect_deadline)) {
    tryNextAddress(fetch);
    return;
  }
  const Millis span = connecting ? std::min(fetch.limits.connect_timeout, fetch.limits.max_time)
                                 : fetch.limits.max_time;
  const std::string late = "timed out after " + formatDuration(span);
  const std::string& where = fetch.origin->where;
  switch (fetch.phase) {
    case Phase::kResolving:
      fail(fetch, ErrorKind::kTimeout, "resolve " + fetch.origin->host + ": " + late);
      break;
    case Phase::kWaiting:
      fail(fetch, ErrorKind::kConnect, where + ": " + fetch.last_error);
      break;
    case Phase::kConnecting:
      fail(fetch, ErrorKind::kTimeout, "connect to " + where + ": " + late);
      break;
    case Phase::kHandshaking:
      fail(fetch, ErrorKind::kTimeout, "TLS with " + where + ": " + late);
      break;
    case Phase::kExchanging:
      fail(fetch, ErrorKind::kTimeout, where + ": response " + late);
      break;
  }
}

// Speed is looked at once in a speed_time, and not before: that costs one timer and no sample.
void Session::beginSpeed(Fetch& fetch) {
  const FetchLimits& limits = fetch.limits;
  fetch.speed_end = kNever;
  if (limits.speed_limit == 0 || limits.speed_time <= Millis::zero()) return;
  fetch.speed_end = after(now_, limits.speed_time);
  constexpr double kMost = 1e18;  // of bytes
  const auto seconds = static_cast<double>(limits.speed_time.count()) / 1000;
  const double bytes = std::min(static_cast<double>(limits.speed_limit) * seconds, kMost);
  fetch.speed_goal = movedBytes(fetch) + static_cast<std::uint64_t>(bytes);
}

void Session::checkSpeed(Fetch& fetch) {
  if (movedBytes(fetch) < fetch.speed_goal) {
    fail(fetch, ErrorKind::kTimeout,
         fetch.origin->where + ": slower than " + std::to_string(fetch.limits.speed_limit) +
             " bytes a second for " + formatDuration(fetch.limits.speed_time));
    return;
  }
  beginSpeed(fetch);
  arm(fetch);
}

TimePoint Session::nextDue(TimePoint until) const {
  TimePoint due = std::min(until, retry_descriptor_at_);
  if (const Timer* timer = timers_.top()) due = std::min(due, timer->due());
  if (!idle_.empty()) {
    due = std::min(due, after(idle_.front().idle_since, options_.idle_timeout));
  }
  return std::min(due, resolver_.nextTimeout(now_));
}

void Session::arm(Fetch& fetch) {
  using Phase = Fetch::Phase;
  TimePoint due = fetch.deadline;
  due = std::min(due, fetch.phase == Phase::kExchanging ? fetch.speed_end : fetch.connect_deadline);
  if (fetch.phase == Phase::kConnecting && fetch.next_address < fetch.answer->addresses.size()) {
    due = std::min(due, fetch.next_attempt);
  }
  if (!fetch.isSet() || fetch.due() != due) timers_.set(fetch, due);
}

void Session::succeed(Fetch& fetch, Response&& response) {
  report(fetch).result.emplace<Response>(std::move(response));
  release(fetch);
}

void Session::fail(Fetch& fetch, ErrorKind kind, std::string message) {
  report(fetch).result.emplace<Failure>(Failure{kind, std::move(message)});
  if (fetch.connection != nullptr) close(*fetch.connection);
  release(fetch);
}

Fetched& Session::report(Fetch& fetch) {
  Fetched& fetched = done_.emplace_back();
  fetched.id = fetch.id;
  fetched.requests = fetch.requests;
  fetched.wire_bytes = fetch.wire_bytes;
  fetched.reused = fetch.reused;
  return fetched;
}

// Ends a fetch: what it holds is let go, and its place is kept for the next one.
void Session::release(Fetch& fetch) {
  timers_.clear(fetch);
  resolver_.forget(fetch);
  fetch.in_waiting.unlink();
  while (!fetch.attempts.empty()) close(*fetch.attempts.back());
  fetch.answer.reset();
  fetch.connection = nullptr;
  if (fetch.origin != nullptr) origins_.leave(*fetch.origin);
  Fetches::node_type node = fetches_.extract(fetch.id);
  if (spare_.size() < kMaxSpare) spare_.push_back(std::move(node));
}

}  // namespace forage::http1
