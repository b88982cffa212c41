// A pipeline of commands in RESP, built to be sent in one go: short arguments are copied into one
// buffer, long bodies are only referred to. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

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

  /// How many commands there are: each gets one reply.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return text_.size() + referred_; }
  /// What is to be sent, in order. Valid until the next change.
  [[nodiscard]] std::vector<std::string_view> pieces() const;
  /// The same command by command, for what does not speak RESP. Valid until the next change.
  [[nodiscard]] std::vector<Command> commands() const;
  /// Forgets everything; buffers stay.
  void clear() noexcept;

 private:
  struct Body {
    std::size_t at;  // comes after this many bytes of text_
    std::string_view bytes;
  };

  void prefix(char type, std::size_t number);

  std::string text_;
  std::vector<Body> bodies_;
  std::size_t referred_ = 0;
  std::size_t count_ = 0;
};

}  // namespace forage::redis
