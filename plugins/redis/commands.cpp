#include "commands.h"

#include <array>
#include <charconv>

namespace forage::redis {

namespace {

// Below this a copy is cheaper than one more piece of a writev.
constexpr std::size_t kCopiedBody = 1u << 10;

struct Digits {
  explicit Digits(long long number) noexcept
      : size(static_cast<std::size_t>(
            std::to_chars(text.data(), text.data() + text.size(), number).ptr - text.data())) {}
  [[nodiscard]] std::string_view view() const noexcept { return {text.data(), size}; }

  std::array<char, 24> text{};
  std::size_t size;
};

}  // namespace

void Commands::prefix(char type, std::size_t number) {
  text_ += type;
  text_.append(Digits(static_cast<long long>(number)).view()).append("\r\n");
}

void Commands::reserve(std::size_t bytes) { text_.reserve(bytes); }

void Commands::begin(std::size_t arguments) {
  prefix('*', arguments);
  ++count_;
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

void Commands::clear() noexcept {
  text_.clear();
  bodies_.clear();
  referred_ = 0;
  count_ = 0;
}

}  // namespace forage::redis
