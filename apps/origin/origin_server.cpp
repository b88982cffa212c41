#include "origin/origin_server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "origin/connection.h"
#include "origin/content.h"
#include "origin/descriptor.h"
#include "origin/listener.h"

namespace forage {
namespace {

using origin::Connection;
using origin::Descriptor;
using origin::TimePoint;
using origin::Wants;
using std::chrono::steady_clock;

constexpr auto kMaxUnit = std::chrono::hours(1);
// How soon to try again after the process ran out of descriptors.
constexpr int kAcceptRetryMillis = 50;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void raiseDescriptorLimit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::uint32_t eventsOf(const Wants& wants) noexcept {
  return (wants.read ? EPOLLIN : 0u) | (wants.write ? EPOLLOUT : 0u) |
         (wants.hangup ? EPOLLRDHUP : 0u);
}

}  // namespace

class OriginServer::Loop final {
 public:
  explicit Loop(const OriginOptions& options)
      : host_(options.host),
        listener_(options.host, options.port),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        shared_{served_,
                std::clamp<std::chrono::nanoseconds>(options.delay_unit, {}, kMaxUnit),
                options.max_body,
                {},
                std::string(64u << 10, '\0')} {
    if (epoll_.get() < 0 || wake_.get() < 0) fail("epoll");
    watch(EPOLL_CTL_ADD, wake_.get(), EPOLLIN);
    watch(EPOLL_CTL_ADD, listener_.fd(), EPOLLIN);
  }

  void run();

  void stop() noexcept {
    stopping_ = true;
    const std::uint64_t one = 1;
    // It fails only when the counter is full: the loop is awake then.
    [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
  }

  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return listener_.port(); }
  [[nodiscard]] const origin::Served& served() const noexcept { return served_; }

 private:
  struct Client {
    Client(int socket, origin::Shared& shared) : connection(socket, shared) {}
    Connection connection;
    Wants wants;
    std::multimap<TimePoint, int>::iterator timer;  // valid where wants.timer is set
  };

  void watch(int operation, int fd, std::uint32_t events);
  [[nodiscard]] int waitMillis(TimePoint now) const;
  void handle(int fd, std::uint32_t events, TimePoint now);
  void fireTimers(TimePoint now);
  void accept();
  void add(int socket);
  /// Carries out what the connection wants; ends it if that is nothing.
  void apply(int fd, Client& client, const Wants& wants);
  void setTimer(int fd, Client& client, const std::optional<TimePoint>& at);
  void tellTime();

  const std::string host_;
  origin::Listener listener_;
  const Descriptor epoll_;
  const Descriptor wake_;
  std::atomic<bool> stopping_{false};
  origin::Served served_;
  origin::Shared shared_;
  std::time_t told_ = 0;
  bool accepting_ = true;
  std::vector<std::unique_ptr<Client>> clients_;  // by descriptor
  std::multimap<TimePoint, int> timers_;          // at most one for each client
};

void OriginServer::Loop::watch(int operation, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.get(), operation, fd, &event) != 0) fail("epoll_ctl");
}

void OriginServer::Loop::run() {
  std::array<epoll_event, 256> events{};
  while (!stopping_) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   waitMillis(steady_clock::now()));
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    tellTime();
    const TimePoint now = steady_clock::now();
    bool newcomers = !accepting_;
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == listener_.fd()) {
        newcomers = true;
      } else if (event.data.fd != wake_.get()) {
        handle(event.data.fd, event.events, now);
      }
    }
    fireTimers(now);
    // Last: a newcomer's descriptor may be that of one whose events are in this batch.
    if (newcomers) accept();
  }
  clients_.clear();
  timers_.clear();
}

int OriginServer::Loop::waitMillis(TimePoint now) const {
  const int most = accepting_ ? -1 : kAcceptRetryMillis;
  if (timers_.empty()) return most;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - now);
  const int wait = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
  return most < 0 ? wait : std::min(wait, most);
}

void OriginServer::Loop::handle(int fd, std::uint32_t events, TimePoint now) {
  // Each step may end the connection.
  const auto client = [this, fd] { return clients_[static_cast<std::size_t>(fd)].get(); };
  if (client() != nullptr && (events & (EPOLLERR | EPOLLHUP)) != 0) {
    apply(fd, *client(), {.close = true});
  }
  if (client() != nullptr && (events & EPOLLIN) != 0) {
    apply(fd, *client(), client()->connection.onReadable(now));
  }
  if (client() != nullptr && (events & EPOLLRDHUP) != 0) {
    apply(fd, *client(), client()->connection.onHangup(now));
  }
  if (client() != nullptr && (events & EPOLLOUT) != 0) {
    apply(fd, *client(), client()->connection.onReady(now));
  }
}

void OriginServer::Loop::fireTimers(TimePoint now) {
  // Counted: a connection may set its next timer to an instant that has passed as well.
  for (std::size_t due = timers_.size(); due > 0; --due) {
    if (timers_.empty() || timers_.begin()->first > now) return;
    const int fd = timers_.begin()->second;
    Client& client = *clients_[static_cast<std::size_t>(fd)];
    setTimer(fd, client, std::nullopt);
    apply(fd, client, client.connection.onReady(now));
  }
}

void OriginServer::Loop::accept() {
  for (;;) {
    const auto [socket, exhausted] = listener_.accept();
    if (socket >= 0) {
      add(socket);
      continue;
    }
    // Out of descriptors, the listener would stay readable and the loop would spin.
    if (exhausted == accepting_)
      watch(EPOLL_CTL_MOD, listener_.fd(), exhausted ? 0u : std::uint32_t{EPOLLIN});
    accepting_ = !exhausted;
    return;
  }
}

void OriginServer::Loop::add(int socket) {
  const auto index = static_cast<std::size_t>(socket);
  if (clients_.size() <= index) clients_.resize(index + 1);
  clients_[index] = std::make_unique<Client>(socket, shared_);
  Client& client = *clients_[index];
  client.wants = {.read = true, .hangup = true};
  watch(EPOLL_CTL_ADD, socket, eventsOf(client.wants));
}

void OriginServer::Loop::apply(int fd, Client& client, const Wants& wants) {
  setTimer(fd, client, wants.close ? std::nullopt : wants.timer);
  if (wants.close) {
    clients_[static_cast<std::size_t>(fd)].reset();  // closing takes it out of epoll
    return;
  }
  if (eventsOf(wants) != eventsOf(client.wants)) watch(EPOLL_CTL_MOD, fd, eventsOf(wants));
  client.wants = wants;
}

void OriginServer::Loop::setTimer(int fd, Client& client, const std::optional<TimePoint>& at) {
  if (client.wants.timer == at) return;
  if (client.wants.timer) timers_.erase(client.timer);
  client.wants.timer = at;
  if (at) client.timer = timers_.emplace(*at, fd);
}

void OriginServer::Loop::tellTime() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (now == told_) return;
  told_ = now;
  shared_.date = origin::httpDate(now);
}

OriginServer::OriginServer(OriginOptions options) : loop_(std::make_unique<Loop>(options)) {
  raiseDescriptorLimit();
}

OriginServer::~OriginServer() { stop(); }

void OriginServer::start() {
  thread_ = std::thread([this] { loop_->run(); });
}

void OriginServer::run() { loop_->run(); }

void OriginServer::stop() noexcept {
  loop_->stop();
  if (thread_.joinable()) thread_.join();
}

std::uint16_t OriginServer::port() const noexcept { return loop_->port(); }

std::string OriginServer::url() const {
  const std::string& host = loop_->host();
  const bool ipv6 = host.find(':') != std::string::npos;
  return "http://" + (ipv6 ? '[' + host + ']' : host) + ':' + std::to_string(port());
}

OriginStats OriginServer::stats() const { return loop_->served().stats(); }
std::uint64_t OriginServer::requests() const noexcept { return loop_->served().requests(); }
std::uint64_t OriginServer::requests(std::string_view target) const {
  return loop_->served().requests(target);
}

}  // namespace forage
