// A pipeline of commands in RESP, built to be sent in one go: short arguments are copied into one
// buffer, long bodies are only referred to. Knows where each command begins and which key it is
// about, so that a cluster's can be sent to where they belong. Not thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forage/clock.h"

namespace forage::redis {

/// One argument as it was added: a long body that was only referred to stands apart.
struct Argument {
  std::string_view head;
  std::string_view body;

  [[nodiscard]] std::size_t size() const noexcept { return head.size() + body.size(); }
};

/// The arguments of one command, its name first.
using Command = std::vector<Argument>;

class Commands {
 public:
  /// Makes room for so many bytes beside long bodies.
  void reserve(std::size_t bytes);
  /// Begins a command of `arguments` arguments, its name included. That many add() follow.
  void begin(std::size_t arguments);
  void add(std::string_view argument);
  /// Adds one argument in two parts. A long `body` is not copied: it outlives the sending.
  void add(std::string_view head, std::string_view body);
  void add(long long number);
  /// Adds the key that decides which node of a cluster the command goes to: once, where it has one.
  void addKey(std::string_view key);
  /// Adds command `index` of `other`. Its long bodies are those of `other`.
  void append(const Commands& other, std::size_t index);

  /// How many commands there are: each gets one reply.
  [[nodiscard]] std::size_t count() const noexcept { return starts_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return text_.size() + referred_; }
  /// What is to be sent, in order. Valid until the next change.
  [[nodiscard]] std::vector<std::string_view> pieces() const;
  /// The same command by command, for what does not speak RESP. Valid until the next change.
  [[nodiscard]] std::vector<Command> commands() const;
  /// The key of command `index`, or nothing. Valid until the next change.
  [[nodiscard]] std::optional<std::string_view> key(std::size_t index) const noexcept;
  /// Has them not sent later than `latest`: a PoolTransport that comes to it only then throws
  /// ConnectionError (kLate), with nothing sent. Other transports send them.
  void sendBy(TimePoint latest) noexcept { latest_ = latest; }
  [[nodiscard]] TimePoint latest() const noexcept { return latest_; }
  /// Forgets everything; buffers stay.
  void clear() noexcept;

 private:
  struct Body {
    std::size_t at;  // comes after this many bytes of text_
    std::string_view bytes;
  };

  struct Start {
    std::size_t text;      // of text_
    std::size_t body;      // of bodies_
    std::size_t key_at;    // in text_
    std::size_t key_size;  // kNoKey where there is none
  };
  static constexpr std::size_t kNoKey = static_cast<std::size_t>(-1);

  void prefix(char type, std::size_t number);

  std::string text_;
  std::vector<Body> bodies_;
  std::vector<Start> starts_;
  std::size_t referred_ = 0;
  TimePoint latest_ = kNever;
};

}  // namespace forage::redis
