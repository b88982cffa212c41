// A server that says what a test tells it to, on a TCP port of its own: each connection is served
// by a script on a thread of its own. What stands in the way of a script (no command within ten
// seconds) is a failure of the test.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace forage::test {

/// One connection, as its script sees it.
class Peer {
 public:
  using Command = std::vector<std::string>;

  Peer(int fd, std::size_t index) noexcept : fd_(fd), index_(index) {}

  /// 0 for the first connection.
  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  /// The next command; nothing once the client has closed.
  std::optional<Command> read();
  /// Reads `n` commands.
  void read(std::size_t n);
  /// Answers HELLO, and SELECT if it comes with it.
  void greet();
  void send(std::string_view bytes);
  /// Closes in order, so that all that was sent arrives.
  void close();
  /// Closes at once, with a reset.
  void reset();
  /// Returns once the client has closed.
  void awaitClose();

 private:
  std::string line();
  bool fill();

  int fd_;
  std::size_t index_;
  std::string unread_;
};

[[nodiscard]] std::string bulk(std::string_view text);

class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;

  /// Runs `script` for every connection.
  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  /// Connections taken so far.
  [[nodiscard]] std::size_t accepted() const noexcept { return accepted_; }

 private:
  void serve();

  struct Client {
    int fd;
    std::thread thread;
  };

  const Script script_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> accepted_{0};
  std::list<Client> clients_;  // of the accepting thread until that has ended
  std::thread accepting_;
};

}  // namespace forage::test
