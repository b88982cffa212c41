// A tiny blocking HTTP client that shows what really came over the socket: for tests of servers. It
// fails with std::runtime_error, also when nothing comes for 20 seconds.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace forage::test {

struct Answer {
  int status = 0;
  std::string head;  ///< with its empty line
  std::string body;
  [[nodiscard]] bool has(std::string_view line) const {
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
  }
  [[nodiscard]] std::string field(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

class Client final {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(fd_);
      throw std::runtime_error("cannot connect");
    }
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size < 0) throw std::runtime_error("cannot send");
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
  }

  void request(const std::string& target, const std::string& fields = {},
               const std::string& method = "GET") {
    send(method + ' ' + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n");
  }

  /// One whole answer; `to_head`: an answer to HEAD.
  Answer read(bool to_head = false) {
    Answer answer;
    answer.head = readHead();
    answer.status = std::atoi(answer.head.c_str() + 9);
    if (to_head || answer.status == 204 || answer.status == 304) return answer;
    if (const std::string length = answer.field("Content-Length"); !length.empty()) {
      answer.body = take(std::stoul(length));
    } else if (!answer.field("Transfer-Encoding").empty()) {
      answer.body = readChunks();
    } else {
      answer.body = readToEnd();
    }
    return answer;
  }

  Answer get(const std::string& target, const std::string& fields = {}) {
    request(target, fields);
    return read();
  }

  /// Bytes up to and with the next empty line.
  std::string readHead() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) fill();
    return take(end + 4);
  }

  std::string take(std::size_t size) {
    while (buffer_.size() < size) fill();
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }

  /// All that comes until the server ends the connection; throws if it resets it.
  std::string readToEnd() {
    while (more()) {
    }
    return std::move(buffer_);
  }

  void endOutput() { ::shutdown(fd_, SHUT_WR); }
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  bool more() {
    char bytes[16384];
    const ssize_t size = ::recv(fd_, bytes, sizeof bytes, 0);
    if (size < 0) throw std::runtime_error(errno == EAGAIN ? "nothing came" : "reset");
    buffer_.append(bytes, static_cast<std::size_t>(size));
    return size > 0;
  }
  void fill() {
    if (!more()) throw std::runtime_error("ended early, after: " + buffer_);
  }
  std::string readChunks() {
    std::string body;
    for (;;) {
      std::size_t end = 0;
      while ((end = buffer_.find("\r\n")) == std::string::npos) fill();
      const std::size_t size = std::stoul(take(end + 2), nullptr, 16);
      body += take(size);
      if (take(2) != "\r\n") throw std::runtime_error("a chunk without its end");
      if (size == 0) return body;
    }
  }

  const int fd_;
  std::string buffer_;
};

}  // namespace forage::test
