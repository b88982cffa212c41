// HTTP as bare as it can be: a socket, a request, and an answer that is counted and not looked
// into. Only good for a server whose answers all have heads of one length, as the runner's nginx
// has.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "pages.h"

namespace peers {

inline std::system_error lastError(const char* what) {
  return {errno, std::generic_category(), what};
}

// A connected TCP socket without delay of small writes.
class Socket {
 public:
  explicit Socket(const Target& target) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) throw lastError("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(target.port);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::inet_pton(AF_INET, target.address.c_str(), &address.sin_addr) != 1 ||
        ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      const auto error = lastError("connect");
      ::close(fd_);
      throw error;
    }
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

// One connection and the answer that is under way on it.
class Exchange {
 public:
  explicit Exchange(const Target& target)
      : socket_(target),
        end_of_request_(" HTTP/1.1\r\nHost: " + target.address + ":" + std::to_string(target.port) +
                        "\r\n\r\n") {}

  [[nodiscard]] int fd() const { return socket_.fd(); }

  // Sends the request; a request is far smaller than a socket's buffer.
  void ask(const std::string& url) {
    request_ = "GET ";
    request_ += std::string_view(url).substr(url.find('/', sizeof "http://" - 1));
    request_ += end_of_request_;
    const ssize_t sent = ::send(fd(), request_.data(), request_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request_.size())) throw lastError("send");
    have_ = 0;
  }

  // Reads once; true when the answer is whole, and then counted.
  bool read(Delivered& delivered) {
    const ssize_t got = ::recv(fd(), buffer_.data() + have_, buffer_.size() - have_, 0);
    if (got < 0) throw lastError("recv");
    if (got == 0) throw std::runtime_error("the server closed the connection");
    have_ += static_cast<std::size_t>(got);
    if (head_ == 0 && !learn()) return false;
    if (have_ < head_ + body_) return false;
    if (have_ > head_ + body_) throw std::runtime_error("an answer longer than the first");
    if (std::memcmp(buffer_.data(), "HTTP/1.1 200", 12) != 0) {
      throw std::runtime_error("a status that is not 200");
    }
    ++delivered.ok;
    delivered.bytes += body_;
    return true;
  }

 private:
  // Takes the lengths from the first answer; false while its head is not whole.
  bool learn() {
    const std::string_view text(buffer_.data(), have_);
    const std::size_t end = text.find("\r\n\r\n");
    if (end == text.npos) return false;
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t length = text.find(kLength);
    if (length > end) throw std::runtime_error("an answer without Content-Length");
    head_ = end + 4;
    body_ = std::stoul(std::string(text.substr(length + kLength.size(), 10)));
    if (head_ + body_ > buffer_.size()) throw std::runtime_error("an answer that is too long");
    return true;
  }

  Socket socket_;
  std::string end_of_request_;
  std::string request_;
  std::size_t have_ = 0;
  std::size_t head_ = 0;
  std::size_t body_ = 0;
  std::array<char, 16 * 1024> buffer_;
};

}  // namespace peers
