// A server in a process of its own that answers once a crowd of requests is waiting: for tests that
// hold thousands of connections, or leave this process no descriptor.
#pragma once

#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <new>
#include <string>
#include <vector>

#include "conformance/scripted_server.h"

namespace forage::test {

class CrowdServer final {
 public:
  /// Answers all requests at hand whenever `crowd` of them wait. REQUIRES: no other threads.
  explicit CrowdServer(std::size_t crowd) {
    if (::listen(socket_.fd(), 4096) < 0) {
      throw std::system_error(errno, std::generic_category(), "listen");
    }
    void* shared = ::mmap(nullptr, sizeof *accepted_, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    accepted_ = new (shared) std::atomic<std::size_t>(0);
    child_ = ::fork();
    if (child_ == 0) serve(crowd);
  }
  ~CrowdServer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::munmap(accepted_, sizeof *accepted_);
  }
  CrowdServer(const CrowdServer&) = delete;
  CrowdServer& operator=(const CrowdServer&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(socket_.port()) + "/";
  }

  /// Connections so far.
  [[nodiscard]] std::size_t accepted() const noexcept { return *accepted_; }

 private:
  // A request comes in one packet here; that is all it has to understand.
  [[noreturn]] void serve(std::size_t crowd) const {
    const std::string answer = conformance::okResponse("page");
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    const auto watch = [epoll](int fd) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = fd;
      ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    };
    watch(socket_.fd());
    std::vector<int> waiting;
    std::array<epoll_event, 256> events;
    for (;;) {
      const int n = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == socket_.fd()) {
          const int accepted = ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
          if (accepted >= 0) {
            ++*accepted_;
            watch(accepted);
          }
          continue;
        }
        std::array<char, 4096> buffer;
        if (::recv(fd, buffer.data(), buffer.size(), 0) > 0) {
          waiting.push_back(fd);
        } else {
          ::close(fd);
        }
      }
      if (waiting.size() < crowd) continue;
      for (const int fd : waiting) ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
      waiting.clear();
    }
  }

  conformance::BoundSocket socket_;
  std::atomic<std::size_t>* accepted_ = nullptr;  // shared with the child
  pid_t child_ = -1;
};

}  // namespace forage::test
