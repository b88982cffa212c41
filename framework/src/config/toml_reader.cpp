#include "config/toml_reader.h"

#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "config/file_text.h"

namespace forage::config {

namespace {

Place placeOf(const toml::source_region& region, std::uint32_t source) noexcept {
  return {source, region.begin.line, region.begin.column};
}

Node convert(const toml::node& from, std::uint32_t source) {
  Node node;
  node.place = node.key_place = placeOf(from.source(), source);
  if (const auto* table = from.as_table()) {
    Node::Table members;
    for (auto&& [key, value] : *table) {
      Node member = convert(value, source);
      member.key_place = placeOf(key.source(), source);
      members.emplace(std::string(key.str()), std::move(member));
    }
    node.data = std::move(members);
  } else if (const auto* array = from.as_array()) {
    Node::List items;
    items.reserve(array->size());
    for (const toml::node& item : *array) items.push_back(convert(item, source));
    node.data = std::move(items);
  } else if (const auto* text = from.as_string()) {
    node.data = text->get();
  } else if (const auto* integer = from.as_integer()) {
    node.data = integer->get();
  } else if (const auto* real = from.as_floating_point()) {
    node.data = real->get();
  } else if (const auto* flag = from.as_boolean()) {
    node.data = flag->get();
  } else {
    node.data = Node::Date{};
  }
  return node;
}

/// Follows TOML just closely enough to know strings and comments from keys and brackets. Where the
/// text is no TOML it may lose its way, but there the parser stops as well.
class DepthScan {
 public:
  DepthScan(std::string_view text, std::uint32_t source) noexcept : text_(text), source_(source) {}

  std::optional<Place> run() noexcept {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skipString(c);
        continue;
      }
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
        continue;
      }
      count(c);
      if (dots_ > kMaxDepth || brackets_ > kMaxDepth) return here();
      ++at_;
    }
    return std::nullopt;
  }

 private:
  void count(char c) noexcept {
    if (c == '.') {
      ++dots_;
      return;
    }
    if (c == '\n') {
      ++line_;
      line_begin_ = at_ + 1;
    }
    if (c == '[' || c == '{') ++brackets_;
    if ((c == ']' || c == '}') && brackets_ > 0) --brackets_;
    if (c == '\n' || c == '=' || c == ',' || c == '[' || c == ']' || c == '{' || c == '}') {
      dots_ = 0;
    }
  }

  void skipString(char quote) noexcept {
    const bool multi_line =
        text_.size() - at_ >= 3 && text_[at_ + 1] == quote && text_[at_ + 2] == quote;
    at_ += multi_line ? 3 : 1;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\' && quote == '"') {
        ++at_;  // whatever is escaped, a newline is counted below
        if (at_ < text_.size() && text_[at_] != '\n') ++at_;
        continue;
      }
      if (c == '\n') {
        if (!multi_line) return;  // not closed: an error for the parser
        ++line_;
        line_begin_ = at_ + 1;
      }
      if (c == quote && closes(quote, multi_line)) return;
      ++at_;
    }
  }

  /// At a quote: steps over the end of the string if this is it.
  bool closes(char quote, bool multi_line) noexcept {
    if (!multi_line) {
      ++at_;
      return true;
    }
    std::size_t run = 0;
    while (run < 5 && at_ + run < text_.size() && text_[at_ + run] == quote) ++run;
    if (run < 3) return false;
    at_ += run;  // up to two quotes before the closing three belong to the text
    return true;
  }

  Place here() const noexcept {
    return {source_, line_, static_cast<std::uint32_t>(at_ - line_begin_ + 1)};
  }

  std::string_view text_;
  std::uint32_t source_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  std::uint32_t line_ = 1;
  std::size_t dots_ = 0;
  std::size_t brackets_ = 0;
};

/// What is wrong, and what most likely was meant: the commonest mistake is a text without quotes.
std::string problemOf(std::string_view description) {
  std::string problem(description);
  if (problem.find("could not determine value type") != std::string::npos) {
    problem += "; texts stand in quotes";
  }
  return problem;
}

}  // namespace

std::optional<Place> tooDeep(std::string_view text, std::uint32_t source) noexcept {
  return DepthScan(text, source).run();
}

TomlText readToml(std::string_view text, std::uint32_t source) {
  if (text.size() > kMaxFile) return {std::nullopt, "is larger than 1 MiB", {source, 0, 0}};
  // toml++ 3.3 recurses once per dot of a header and overruns the stack at some 20,000.
  if (const std::optional<Place> place = tooDeep(text, source)) {
    return {std::nullopt, "keys or brackets nest deeper than " + std::to_string(kMaxDepth), *place};
  }
  try {
    return {convert(toml::parse(text), source), {}, {}};
  } catch (const toml::parse_error& error) {
    return {std::nullopt, problemOf(error.description()), placeOf(error.source(), source)};
  }
}

}  // namespace forage::config
