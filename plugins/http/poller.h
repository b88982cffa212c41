// Poller: what a session waits on, an epoll instance and a waker. Owned by one thread, except
// wake().
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace forage::http1 {

class Poller {
 public:
  /// Throws Error: no epoll instance or eventfd.
  Poller();

  /// Waits for `events` (EPOLLIN and so on) of `fd`, which are told with `tag`. REQUIRES: it is not
  /// 0. False: it cannot be, and errno says why.
  bool add(int fd, std::uint32_t events, std::uint64_t tag) noexcept {
    return control(EPOLL_CTL_ADD, fd, events, tag);
  }
  /// Waits for other events of an `fd` that has been added.
  void change(int fd, std::uint32_t events, std::uint64_t tag) noexcept {
    control(EPOLL_CTL_MOD, fd, events, tag);
  }
  void remove(int fd) noexcept;

  /// Waits up to `millis` (-1: for ever) and returns what has happened, until the next call.
  [[nodiscard]] std::span<const epoll_event> wait(int millis) noexcept;

  /// Makes the present or the next wait() return. From any thread; sticky.
  void wake() noexcept;
  /// Whether wait() has been woken; to be asked after it, before the caller looks for what it was
  /// woken for: a wake from now on counts anew.
  [[nodiscard]] bool takeWake() noexcept;

 private:
  struct Descriptor {
    int fd = -1;
    ~Descriptor();
  };
  static constexpr std::size_t kMaxEvents = 256;
  static constexpr std::uint64_t kWakerTag = 0;

  bool control(int operation, int fd, std::uint32_t events, std::uint64_t tag) noexcept;

  Descriptor epoll_;
  Descriptor waker_;
  std::atomic<bool> woken_{false};  // the waker says so
  bool was_woken_ = false;          // by the last wait()
  std::array<epoll_event, kMaxEvents> events_;
};

}  // namespace forage::http1
