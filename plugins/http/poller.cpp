#include "poller.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "forage/error.h"

namespace forage::http1 {

namespace {

[[noreturn]] void throwErrno(const char* what) {
  throw Error(std::string(what) + ": " + std::generic_category().message(errno));
}

}  // namespace

Poller::Descriptor::~Descriptor() {
  if (fd >= 0) ::close(fd);
}

Poller::Poller() {
  epoll_.fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_.fd < 0) throwErrno("epoll_create1");
  waker_.fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (waker_.fd < 0) throwErrno("eventfd");
  if (!add(waker_.fd, EPOLLIN | EPOLLET, kWakerTag)) throwErrno("epoll_ctl");
}

bool Poller::control(int operation, int fd, std::uint32_t events, std::uint64_t tag) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  return ::epoll_ctl(epoll_.fd, operation, fd, &event) == 0;
}

void Poller::remove(int fd) noexcept { ::epoll_ctl(epoll_.fd, EPOLL_CTL_DEL, fd, nullptr); }

std::span<const epoll_event> Poller::wait(int millis) noexcept {
  const int n = ::epoll_wait(epoll_.fd, events_.data(), kMaxEvents, millis);
  const auto begin = events_.begin();
  const auto end = std::remove_if(begin, begin + std::max(n, 0), [](const epoll_event& event) {
    return event.data.u64 == kWakerTag;
  });
  was_woken_ = end != begin + std::max(n, 0);
  return {begin, end};
}

void Poller::wake() noexcept {
  if (woken_.exchange(true)) return;
  const std::uint64_t one = 1;
  // Cannot fail for a reason that matters: a full counter is readable already.
  [[maybe_unused]] const ssize_t written = ::write(waker_.fd, &one, sizeof one);
}

bool Poller::takeWake() noexcept {
  if (!was_woken_) return false;
  was_woken_ = false;
  woken_.exchange(false);
  return true;
}

}  // namespace forage::http1
