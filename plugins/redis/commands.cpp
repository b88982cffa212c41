#include "commands.h"

#include <array>
#include <charconv>

namespace forage::redis {

namespace {

// Below this a copy is cheaper than one more piece of a writev.
constexpr std::size_t kCopiedBody = 1u << 10;
constexpr std::size_t kUsualCount = 64;  // of commands: what one allocation has room for

struct Digits {
  explicit Digits(long long number) noexcept
      : size(static_cast<std::size_t>(
            std::to_chars(text.data(), text.data() + text.size(), number).ptr - text.data())) {}
  [[nodiscard]] std::string_view view() const noexcept { return {text.data(), size}; }

  std::array<char, 24> text{};
  std::size_t size;
};

/// Reads what prefix() and add() have written.
class TextReader {
 public:
  explicit TextReader(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] bool atEnd() const noexcept { return at_ == text_.size(); }
  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  /// That of "*3" or "$17", and its line.
  std::size_t number() noexcept {
    std::size_t value = 0;
    const char* const begin = text_.data() + at_ + 1;
    const char* const end = std::from_chars(begin, text_.data() + text_.size(), value).ptr;
    at_ += 1 + static_cast<std::size_t>(end - begin);
    skipLineEnd();
    return value;
  }
  std::string_view take(std::size_t size) noexcept {
    const std::string_view taken = text_.substr(at_, size);
    at_ += size;
    return taken;
  }
  void skipLineEnd() noexcept { at_ += 2; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

void Commands::prefix(char type, std::size_t number) {
  text_ += type;
  text_.append(Digits(static_cast<long long>(number)).view()).append("\r\n");
}

void Commands::reserve(std::size_t bytes) { text_.reserve(bytes); }

void Commands::begin(std::size_t arguments) {
  if (starts_.capacity() == 0) starts_.reserve(kUsualCount);
  starts_.push_back({text_.size(), bodies_.size(), 0, kNoKey});
  prefix('*', arguments);
}

void Commands::add(std::string_view argument) {
  prefix('$', argument.size());
  text_.append(argument).append("\r\n");
}

void Commands::add(std::string_view head, std::string_view body) {
  prefix('$', head.size() + body.size());
  text_ += head;
  if (body.size() <= kCopiedBody) {
    text_ += body;
  } else {
    bodies_.push_back({text_.size(), body});
    referred_ += body.size();
  }
  text_ += "\r\n";
}

void Commands::add(long long number) { add(Digits(number).view()); }

void Commands::addKey(std::string_view key) {
  add(key);
  constexpr std::size_t kEnd = 2;  // "\r\n"
  starts_.back().key_at = text_.size() - kEnd - key.size();
  starts_.back().key_size = key.size();
}

void Commands::append(const Commands& other, std::size_t index) {
  const bool last = index + 1 == other.starts_.size();
  const Start& start = other.starts_[index];
  const Start end =
      last ? Start{other.text_.size(), other.bodies_.size(), 0, 0} : other.starts_[index + 1];
  starts_.push_back(
      {text_.size(), bodies_.size(), text_.size() + start.key_at - start.text, start.key_size});
  for (std::size_t i = start.body; i < end.body; ++i) {
    const Body& body = other.bodies_[i];
    bodies_.push_back({text_.size() + body.at - start.text, body.bytes});
    referred_ += body.bytes.size();
  }
  text_.append(other.text_, start.text, end.text - start.text);
}

std::optional<std::string_view> Commands::key(std::size_t index) const noexcept {
  const Start& start = starts_[index];
  if (start.key_size == kNoKey) return std::nullopt;
  return std::string_view(text_).substr(start.key_at, start.key_size);
}

std::vector<std::string_view> Commands::pieces() const {
  std::vector<std::string_view> pieces;
  pieces.reserve(2 * bodies_.size() + 1);
  const std::string_view text = text_;
  std::size_t sent = 0;
  for (const Body& body : bodies_) {
    pieces.push_back(text.substr(sent, body.at - sent));
    pieces.push_back(body.bytes);
    sent = body.at;
  }
  if (sent < text.size()) pieces.push_back(text.substr(sent));
  return pieces;
}

std::vector<Command> Commands::commands() const {
  std::vector<Command> commands;
  commands.reserve(count());
  TextReader reader(text_);
  auto next_body = bodies_.begin();
  while (!reader.atEnd()) {
    Command& command = commands.emplace_back(reader.number());
    for (Argument& argument : command) {
      const std::size_t size = reader.number();
      // A body follows its head, so only that of this argument can begin within its size.
      const bool has_body = next_body != bodies_.end() && next_body->at <= reader.at() + size;
      if (has_body) argument.body = next_body++->bytes;
      argument.head = reader.take(size - argument.body.size());
      reader.skipLineEnd();
    }
  }
  return commands;
}

void Commands::clear() noexcept {
  text_.clear();
  bodies_.clear();
  starts_.clear();
  referred_ = 0;
  latest_ = kNever;
}

}  // namespace forage::redis
