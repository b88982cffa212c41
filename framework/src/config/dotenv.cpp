#include "config/dotenv.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace forage::config {

namespace {

bool isBlank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }

class DotenvParser {
 public:
  DotenvParser(std::string_view text, const DotenvProblem& problem)
      : text_(text), problem_(problem) {
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
  }

  DotenvValues parse() {
    while (!text_.empty()) {
      first_line_ = line_;
      readLine();
    }
    return std::move(values_);
  }

 private:
  void readLine() {
    skipBlanks();
    if (atEndOfLine()) return skipLine();
    if (text_.starts_with("export") && text_.size() > 6 && isBlank(text_[6])) {
      text_.remove_prefix(6);
      skipBlanks();
    }
    const std::size_t equal = text_.find_first_of("=\n");
    if (equal == std::string_view::npos || text_[equal] == '\n') return refuse("wants NAME=value");
    std::string_view name = text_.substr(0, equal);
    while (!name.empty() && isBlank(name.back())) name.remove_suffix(1);
    if (!isVariableName(name)) return refuse("wants NAME=value");
    text_.remove_prefix(equal + 1);
    skipBlanks();
    std::optional<std::string> value = readValue();
    if (!value) return refuse("the quote is never closed");
    skipBlanks();
    if (!atEndOfLine()) return refuse("wants nothing after the closing quote");
    values_.insert_or_assign(std::string(name), std::move(*value));
    skipLine();
  }

  std::optional<std::string> readValue() {
    if (!text_.empty() && (text_.front() == '"' || text_.front() == '\'')) return readQuoted();
    std::size_t end = std::min(text_.find('\n'), text_.size());
    for (std::size_t i = 0; i < end; ++i) {
      if (text_[i] == '#' && (i == 0 || isBlank(text_[i - 1]))) end = i;
    }
    std::string_view value = text_.substr(0, end);
    text_.remove_prefix(end);
    while (!value.empty() && isBlank(value.back())) value.remove_suffix(1);
    return std::string(value);
  }

  std::optional<std::string> readQuoted() {
    const char quote = text_.front();
    std::string value;
    for (std::size_t i = 1; i < text_.size(); ++i) {
      char c = text_[i];
      if (c == quote) {
        text_.remove_prefix(i + 1);
        return value;
      }
      if (c == '\n') ++line_;
      if (c == '\\' && quote == '"' && i + 1 < text_.size()) c = unescaped(text_[++i], value);
      value += c;
    }
    return std::nullopt;
  }

  /// The character that a backslash and `c` stand for; what is no escape keeps its backslash.
  char unescaped(char c, std::string& value) {
    if (c == 'n') return '\n';
    if (c == 'r') return '\r';
    if (c == 't') return '\t';
    if (c == '\n') ++line_;
    if (c != '"' && c != '\\' && c != '$') value += '\\';
    return c;
  }

  bool atEndOfLine() const noexcept {
    return text_.empty() || text_.front() == '\n' || text_.front() == '#';
  }

  void skipBlanks() noexcept {
    while (!text_.empty() && isBlank(text_.front())) text_.remove_prefix(1);
  }

  void skipLine() noexcept {
    const std::size_t end = text_.find('\n');
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    ++line_;
  }

  void refuse(std::string_view what) {
    problem_(first_line_, what);
    skipLine();
  }

  std::string_view text_;
  const DotenvProblem& problem_;
  DotenvValues values_;
  std::uint32_t line_ = 1;
  std::uint32_t first_line_ = 1;
};

}  // namespace

DotenvValues parseDotenv(std::string_view text, const DotenvProblem& problem) {
  return DotenvParser(text, problem).parse();
}

bool isVariableName(std::string_view name) noexcept {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace forage::config
