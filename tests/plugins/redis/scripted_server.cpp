#include "scripted_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace forage::test {

namespace {

constexpr timeval kPatience{10, 0};

}  // namespace

bool Peer::fill() {
  std::array<char, 65536> buffer{};
  const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) ADD_FAILURE() << "the client is silent";
  if (n <= 0) return false;
  unread_.append(buffer.data(), static_cast<std::size_t>(n));
  return true;
}

// Without its end; empty when the client has closed.
std::string Peer::line() {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  std::string text = unread_.substr(0, end);
  unread_.erase(0, end + 2);
  return text;
}

std::optional<Peer::Command> Peer::read() {
  const std::string head = line();
  if (head.empty()) return std::nullopt;
  Command command;
  for (int left = std::atoi(head.c_str() + 1); left > 0; --left) {
    const std::string length = line();
    if (length.empty()) return std::nullopt;
    const auto size = static_cast<std::size_t>(std::atoll(length.c_str() + 1));
    while (unread_.size() < size + 2) {
      if (!fill()) return std::nullopt;
    }
    command.push_back(unread_.substr(0, size));
    unread_.erase(0, size + 2);
  }
  return command;
}

void Peer::read(std::size_t n) {
  for (; n > 0; --n) EXPECT_TRUE(read().has_value());
}

void Peer::greet() {
  const auto hello = read();
  ASSERT_TRUE(hello && hello->front() == "HELLO");
  send("*0\r\n");
}

void Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;  // the client has closed, as many scripts want it to
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Peer::close() { ::shutdown(fd_, SHUT_WR); }

void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  // Takes the descriptor's place, so that the connection ends now and the number stays ours.
  const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::dup2(other, fd_);
  ::close(other);
}

void Peer::awaitClose() {
  while (fill()) unread_.clear();
}

std::string bulk(std::string_view text) {
  std::string reply = "$";
  reply.append(std::to_string(text.size())).append("\r\n").append(text).append("\r\n");
  return reply;
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(listening_, raw, size), 0);
  EXPECT_EQ(::listen(listening_, 64), 0);
  EXPECT_EQ(::getsockname(listening_, raw, &size), 0);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { serve(); });
}

void ScriptedServer::serve() {
  for (;;) {
    const int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    const std::size_t index = accepted_++;
    clients_.push_back({fd, std::thread([this, fd, index] {
                          Peer peer(fd, index);
                          script_(peer);
                          ::shutdown(fd, SHUT_RDWR);
                        })});
  }
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listening_, SHUT_RDWR);
  accepting_.join();
  ::close(listening_);
  for (Client& client : clients_) ::shutdown(client.fd, SHUT_RDWR);
  for (Client& client : clients_) {
    client.thread.join();
    ::close(client.fd);
  }
}

}  // namespace forage::test
