#include "session.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "failure.h"
#include "forage/error.h"
#include "forage/units.h"
#include "net/request_rules.h"

namespace forage::curl {

namespace {

constexpr int kMaxEvents = 256;
// Descriptors left to lists, stores and reports.
constexpr long kSpareDescriptors = 64;
constexpr long kFewestConnections = 16;
constexpr long kMostConnections = 1'000'000;

[[noreturn]] void throwErrno(const char* what) {
  throw Error(std::string(what) + ": " + std::generic_category().message(errno));
}

/// Connections beyond it wait for another's end.
long mostConnections() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kFewestConnections;
  const rlim_t open = std::min<rlim_t>(limit.rlim_cur, kMostConnections);
  return std::max(static_cast<long>(open) - kSpareDescriptors, kFewestConnections);
}

}  // namespace

Session::Descriptor::~Descriptor() {
  if (fd >= 0) ::close(fd);
}

Session::Session(const Options& options, const Clock& clock)
    : shared_{options, clock, Share(curl_share_init()), {}},
      fields_(options.max_idle != 0),
      multi_(curl_multi_init()) {
  if (!shared_.share || !multi_) throw std::bad_alloc();
  epoll_.fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_.fd < 0) throwErrno("epoll_create1");
  waker_.fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (waker_.fd < 0) throwErrno("eventfd");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.fd = waker_.fd;
  if (::epoll_ctl(epoll_.fd, EPOLL_CTL_ADD, waker_.fd, &event) < 0) throwErrno("epoll_ctl");
  setUp();
}

void Session::setUp() {
  check(curl_share_setopt(shared_.share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION));
  CURLM* const multi = multi_.get();
  check(curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Session::onSocket));
  check(curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this));
  check(curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Session::onTimer));
  check(curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this));
  check(curl_multi_setopt(multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX)));
  check(curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, mostConnections()));
}

Session::~Session() {
  for (const auto& [id, transfer] : transfers_) {
    curl_multi_remove_handle(multi_.get(), transfer->easy());
  }
}

int Session::onSocket(CURL* easy, curl_socket_t fd, int what, void* self, void*) noexcept {
  const int epoll = static_cast<Session*>(self)->epoll_.fd;
  epoll_event event{};
  event.data.fd = fd;
  if (what == CURL_POLL_REMOVE) {
    ::epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event);
    return 0;
  }
  Transfer::of(easy).waitsFor(fd);
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  if (::epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -1;
}

int Session::onTimer(CURLM*, long millis, void* self) noexcept {
  auto& session = *static_cast<Session*>(self);
  session.timer_ = millis < 0 ? kNever : session.shared_.clock.now() + Millis(millis);
  return 0;
}

void Session::start(FetchId id, const Request& request, const FetchLimits& limits) {
  if (request.url == nullptr || request.url->empty()) return fail(id, ErrorKind::kUrl, "no URL");
  const std::string place = placeOf(*request.url);
  if (!net::isUsableMethod(request.method)) {
    return fail(id, ErrorKind::kProtocol, place + ": not a usable method");
  }
  SharedLines lines = fields_.linesFor(request.headers);
  if (!lines) return fail(id, ErrorKind::kProtocol, place + ": bad field in the request");
  const Millis least = std::min(limits.connect_timeout, limits.max_time);
  if (least <= Millis(0)) {
    return fail(id, ErrorKind::kTimeout,
                "connect to " + place + ": timed out after " + formatDuration(least));
  }
  auto& transfer = *(
      transfers_[id] = std::make_unique<Transfer>(shared_, id, request, limits, std::move(lines)));
  limitIdle();
  check(curl_multi_add_handle(multi_.get(), transfer.easy()));
}

// libcurl counts the connections in use among those that it keeps.
void Session::limitIdle() {
  const std::size_t most = transfers_.size() + shared_.options.max_idle;
  check(curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(most)));
}

void Session::fail(FetchId id, ErrorKind kind, std::string message) {
  Fetched& fetched = done_.emplace_back();
  fetched.id = id;
  fetched.result = Failure{kind, std::move(message)};
}

void Session::cancel(FetchId id) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end()) {
    std::erase_if(done_, [id](const Fetched& fetched) { return fetched.id == id; });
    return;
  }
  check(curl_multi_remove_handle(multi_.get(), found->second->easy()));
  transfers_.erase(found);
}

void Session::wake() noexcept {
  if (woken_.exchange(true)) return;
  const std::uint64_t one = 1;
  // Cannot fail for a reason that matters: a full counter is readable already.
  [[maybe_unused]] const ssize_t written = ::write(waker_.fd, &one, sizeof one);
}

void Session::wait(TimePoint until, std::vector<Fetched>& done) {
  if (done_.empty()) limitIdle();
  for (;;) {
    runTimer();
    collect();
    const bool woken = handleEvents(done_.empty() ? timeoutUntil(until) : 0);
    runTimer();
    collect();
    // Cleared before the caller looks for what it was woken for: a wake from now on counts anew.
    if (woken) woken_.exchange(false);
    if (!done_.empty() || woken || shared_.clock.now() >= until) break;
  }
  done.insert(done.end(), std::make_move_iterator(done_.begin()),
              std::make_move_iterator(done_.end()));
  done_.clear();
}

// True: woken.
bool Session::handleEvents(int timeout) {
  std::array<epoll_event, kMaxEvents> events;
  const int n = ::epoll_wait(epoll_.fd, events.data(), kMaxEvents, timeout);
  bool woken = false;
  int running = 0;
  for (int i = 0; i < n; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == waker_.fd) {
      woken = true;
      continue;
    }
    int what = 0;
    if ((event.events & (EPOLLIN | EPOLLHUP)) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & EPOLLERR) != 0) what |= CURL_CSELECT_ERR;
    check(curl_multi_socket_action(multi_.get(), event.data.fd, what, &running));
  }
  return woken;
}

void Session::runTimer() {
  if (timer_ > shared_.clock.now()) return;
  timer_ = kNever;
  int running = 0;
  check(curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running));
}

int Session::timeoutUntil(TimePoint until) const {
  const TimePoint due = std::min(until, timer_);
  if (due == kNever) return -1;
  const TimePoint now = shared_.clock.now();
  if (due <= now) return 0;
  const auto millis = std::chrono::ceil<Millis>(due - now).count();  // never early: no spinning
  return static_cast<int>(std::min<Millis::rep>(millis, 3'600'000));
}

void Session::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) {
      settle(Transfer::of(message->easy_handle), message->data.result);
    }
  }
}

void Session::settle(Transfer& transfer, CURLcode code) {
  check(curl_multi_remove_handle(multi_.get(), transfer.easy()));
  if (transfer.wantsAnotherConnection()) {
    check(curl_multi_add_handle(multi_.get(), transfer.easy()));
    return;
  }
  const auto found = transfers_.find(transfer.id());
  const std::unique_ptr<Transfer> ended = std::move(found->second);
  transfers_.erase(found);
  done_.push_back(ended->end(code));
}

}  // namespace forage::curl
