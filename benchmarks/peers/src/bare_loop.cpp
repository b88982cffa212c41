// The limit: one thread, epoll, 16 connections, answers counted and thrown away. No parser, no
// cache, no time-outs: what a client costs that does nothing but move the bytes.
// usage: bare_loop URLS [CONNECTIONS]
#include <sys/epoll.h>

#include <algorithm>
#include <exception>
#include <memory>

#include "raw_http.h"

namespace {

using peers::Delivered;
using peers::Exchange;

class Poll {
 public:
  Poll() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (fd_ < 0) throw peers::lastError("epoll_create1");
  }
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;
  ~Poll() { ::close(fd_); }

  void add(Exchange& exchange) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &exchange;
    if (::epoll_ctl(fd_, EPOLL_CTL_ADD, exchange.fd(), &event) != 0) {
      throw peers::lastError("epoll_ctl");
    }
  }

  int wait(std::array<epoll_event, 64>& events) const {
    const int count = ::epoll_wait(fd_, events.data(), events.size(), 10'000);
    if (count <= 0) throw std::runtime_error("no answer for ten seconds");
    return count;
  }

 private:
  int fd_;
};

Delivered visit(const std::vector<std::string>& urls, std::size_t connections) {
  const peers::Target target = peers::split(urls.front());
  Poll poll;
  std::vector<std::unique_ptr<Exchange>> exchanges;
  std::size_t next = 0;
  for (std::size_t i = 0; i < std::min(connections, urls.size()); ++i) {
    exchanges.push_back(std::make_unique<Exchange>(target));
    poll.add(*exchanges.back());
    exchanges.back()->ask(urls[next++]);
  }
  Delivered delivered;
  std::array<epoll_event, 64> events;
  while (delivered.ok < urls.size()) {
    const int count = poll.wait(events);
    for (int i = 0; i < count; ++i) {
      auto& exchange = *static_cast<Exchange*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (exchange.read(delivered) && next < urls.size()) exchange.ask(urls[next++]);
    }
  }
  return delivered;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::runtime_error("usage: bare_loop URLS [CONNECTIONS]");
    print(visit(peers::readUrls(argv[1]), argc > 2 ? std::stoul(argv[2]) : 16));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bare_loop: %s\n", error.what());
    return 1;
  }
}
