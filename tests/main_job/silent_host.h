// Hosts that are dead, with connections all the same.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

namespace forage::test {

/// A host that takes connections and never says a word: a socket that listens and is not served.
class SilentHost {
 public:
  explicit SilentHost(int number) : address_("127.0.1." + std::to_string(number)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, address_.c_str(), &address.sin_addr);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 64), 0);
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentHost() { ::close(fd_); }
  SilentHost(const SilentHost&) = delete;
  SilentHost& operator=(const SilentHost&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://" + address_ + ":" + std::to_string(port_) + "/";
  }

 private:
  std::string address_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace forage::test
