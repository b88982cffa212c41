// A server of raw sockets that plays scripts: each connection runs one, on a thread of its own, and
// sends exactly the bytes it says. On a loopback port of the system's choice. Every wait has a
// generous limit; a script that hits it throws, which errors() tells. Needs nothing but POSIX.
#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace forage::conformance {

inline constexpr std::chrono::seconds kScriptLimit{30};

/// Opened once; those who wait go on. Thread-safe.
class Gate final {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// Throws std::runtime_error: not opened within the limit.
  void wait() const {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kScriptLimit, [this] { return open_; })) {
      throw std::runtime_error("a gate stays closed");
    }
  }
  [[nodiscard]] bool isOpen() const {
    const std::lock_guard lock(mutex_);
    return open_;
  }

 private:
  mutable std::mutex mutex_;  // guards open_
  mutable std::condition_variable changed_;
  bool open_ = false;
};

class Peer;

/// What stands between a script's bytes and the wire, such as TLS.
class Codec {
 public:
  virtual ~Codec() = default;
  virtual void send(Peer& peer, std::string_view bytes) = 0;
  /// At most `size` bytes; "" at the end.
  virtual std::string receive(Peer& peer, std::size_t size) = 0;
};

/// The server's side of one connection. Used by its script, on the script's thread.
class Peer final {
 public:
  explicit Peer(int fd) : fd_(fd) {
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Peer() { close(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Reads one request, with its body if it has a Content-Length. "" when the client has closed.
  std::string readRequest() {
    std::string request;
    std::size_t wanted = 0;
    while (wanted == 0 || request.size() < wanted) {
      const std::string more = readSome(wanted == 0 ? 4096 : wanted - request.size());
      if (more.empty()) return "";
      request += more;
      const std::size_t end = request.find("\r\n\r\n");
      if (wanted == 0 && end != std::string::npos) wanted = end + 4 + contentLength(request, end);
    }
    unread_.insert(0, request.substr(wanted));
    request.resize(wanted);
    return request;
  }

  /// Reads what comes next, at most `size` bytes. "" at the end.
  std::string readSome(std::size_t size) {
    if (unread_.empty()) return codec_ ? codec_->receive(*this, size) : receiveRaw(size);
    std::string bytes = unread_.substr(0, size);
    unread_.erase(0, bytes.size());
    return bytes;
  }

  void send(std::string_view bytes) { codec_ ? codec_->send(*this, bytes) : sendRaw(bytes); }

  /// Sends in pieces of `size` bytes, each a packet of its own where the network lets it.
  void sendInPieces(std::string_view bytes, std::size_t size) {
    while (!bytes.empty()) {
      send(bytes.substr(0, size));
      bytes.remove_prefix(std::min(size, bytes.size()));
      std::this_thread::yield();
    }
  }

  /// Waits until the client has closed or reset the connection.
  void waitForEnd() {
    while (!readSome(4096).empty()) {
    }
  }

  /// FIN: no more bytes from here.
  void endWriting() {
    if (fd_ >= 0) ::shutdown(fd_, SHUT_WR);
  }

  /// RST, and the end of this connection.
  void reset() {
    const linger hard{1, 0};
    if (fd_ >= 0) ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
  }

  void close() {
    const std::lock_guard lock(mutex_);
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  /// All later bytes go through `codec`.
  void use(std::shared_ptr<Codec> codec) { codec_ = std::move(codec); }

  void sendRaw(std::string_view bytes) {
    while (!bytes.empty() && fd_ >= 0) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;  // the client has gone; the script sees that when it reads
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  std::string receiveRaw(std::size_t size) {
    if (fd_ < 0) return "";
    pollfd item{fd_, POLLIN, 0};
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(kScriptLimit).count();
    if (::poll(&item, 1, static_cast<int>(limit)) <= 0) {
      throw std::runtime_error("the client sends nothing");
    }
    std::string bytes(size, '\0');
    const ssize_t n = ::recv(fd_, bytes.data(), size, 0);
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);  // a reset is an end
    return bytes;
  }

  /// Ends every wait of this connection. From any thread.
  void interrupt() noexcept {
    const std::lock_guard lock(mutex_);
    if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
  }

 private:
  static std::size_t contentLength(const std::string& request, std::size_t end) {
    constexpr std::string_view kField = "Content-Length: ";
    const std::size_t at = request.find(kField);
    return at == std::string::npos || at > end ? 0 : std::stoul(request.substr(at + kField.size()));
  }

  std::mutex mutex_;  // guards fd_ against interrupt()
  int fd_;
  std::string unread_;
  std::shared_ptr<Codec> codec_;
};

/// A socket bound to a loopback address, not listening yet: connections to it are refused.
class BoundSocket final {
 public:
  /// `port` 0: one of the system's choice. Throws std::system_error.
  explicit BoundSocket(const std::string& address = "127.0.0.1", std::uint16_t port = 0) {
    const bool v6 = address.find(':') != std::string::npos;
    sockaddr_storage storage{};
    auto* v4_address = reinterpret_cast<sockaddr_in*>(&storage);
    auto* v6_address = reinterpret_cast<sockaddr_in6*>(&storage);
    storage.ss_family = v6 ? AF_INET6 : AF_INET;
    (v6 ? v6_address->sin6_port : v4_address->sin_port) = htons(port);
    void* bytes = v6 ? static_cast<void*>(&v6_address->sin6_addr) : &v4_address->sin_addr;
    fd_ = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    auto* raw = reinterpret_cast<sockaddr*>(&storage);
    if (fd_ < 0 || ::inet_pton(storage.ss_family, address.c_str(), bytes) != 1 ||
        ::bind(fd_, raw, size) < 0 || ::getsockname(fd_, raw, &size) < 0) {
      const int error_number = errno;
      ::close(fd_);
      throw std::system_error(error_number, std::generic_category(), "bind to " + address);
    }
    port_ = ntohs(v6 ? v6_address->sin6_port : v4_address->sin_port);
  }
  ~BoundSocket() { ::close(fd_); }
  BoundSocket(const BoundSocket&) = delete;
  BoundSocket& operator=(const BoundSocket&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

class ScriptedServer final {
 public:
  /// Plays one connection; `nth` counts them from 0.
  using Script = std::function<void(Peer& peer, std::size_t nth)>;

  explicit ScriptedServer(Script script, const std::string& address = "127.0.0.1",
                          std::uint16_t port = 0)
      : script_(std::move(script)), address_(address), socket_(address, port) {
    if (::listen(socket_.fd(), 1024) < 0) {
      throw std::system_error(errno, std::generic_category(), "listen");
    }
    stop_ = ::eventfd(0, EFD_CLOEXEC);
    acceptor_ = std::thread([this] { accept(); });
  }

  /// Ends all connections and waits for their scripts.
  ~ScriptedServer() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(stop_, &one, sizeof one);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      for (const auto& peer : peers_) peer->interrupt();
    }
    for (std::thread& thread : scripts_) thread.join();
    ::close(stop_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return socket_.port(); }
  /// "http://127.0.0.1:PORT" followed by `path`.
  [[nodiscard]] std::string url(std::string_view path = "/") const {
    const bool v6 = address_.find(':') != std::string::npos;
    return "http://" + (v6 ? '[' + address_ + ']' : address_) + ':' + std::to_string(port()) +
           std::string(path);
  }
  /// Accepted so far.
  [[nodiscard]] std::size_t connections() const noexcept { return accepted_; }
  /// What went wrong in scripts, "" for nothing.
  [[nodiscard]] std::string errors() const {
    const std::lock_guard lock(mutex_);
    return errors_;
  }

 private:
  void accept() {
    for (;;) {
      std::array<pollfd, 2> items{{{socket_.fd(), POLLIN, 0}, {stop_, POLLIN, 0}}};
      ::poll(items.data(), items.size(), -1);
      if (items[1].revents != 0) return;
      const int fd = ::accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      auto peer = std::make_shared<Peer>(fd);
      const std::size_t nth = accepted_++;
      {
        const std::lock_guard lock(mutex_);
        peers_.push_back(peer);
      }
      scripts_.emplace_back([this, peer, nth] { play(*peer, nth); });
    }
  }

  void play(Peer& peer, std::size_t nth) {
    try {
      script_(peer, nth);
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex_);
      if (!stopping_) errors_ += std::string(error.what()) + '\n';
    }
    peer.close();
  }

  const Script script_;
  const std::string address_;
  BoundSocket socket_;
  int stop_ = -1;  // eventfd
  std::atomic<std::size_t> accepted_{0};
  mutable std::mutex mutex_;  // guards peers_, errors_, stopping_
  std::vector<std::shared_ptr<Peer>> peers_;
  std::string errors_;
  bool stopping_ = false;
  std::vector<std::thread> scripts_;  // used by the acceptor, then by the destructor
  std::thread acceptor_;
};

/// A whole response with Content-Length.
[[nodiscard]] inline std::string okResponse(std::string_view body, std::string_view fields = "") {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace forage::conformance
