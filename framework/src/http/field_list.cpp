#include "http/field_list.h"

#include <algorithm>

namespace forage::http {

namespace {

/// Where the quoted string that begins at `begin` ends: behind its last quote; npos: nowhere.
std::size_t quotedEnd(std::string_view text, std::size_t begin) noexcept {
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

std::string_view withoutBlanks(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

}  // namespace

std::size_t ListReader::elementEnd() noexcept {
  std::size_t at = 0;
  while (at < rest_.size() && rest_[at] != ',') {
    const std::size_t end =
        quotes_ && rest_[at] == '"' ? quotedEnd(rest_, at) : std::string_view::npos;
    // Looking for the end once is enough: with a list of such quotes it would take quadratic time.
    if (rest_[at] == '"' && end == std::string_view::npos) quotes_ = false;
    at = end == std::string_view::npos ? at + 1 : end;
  }
  return at;
}

bool ListReader::next(std::string_view& element) noexcept {
  while (!rest_.empty()) {
    const std::size_t end = elementEnd();
    element = withoutBlanks(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (!element.empty()) return true;
  }
  return false;
}

HeadersView behind(HeadersView headers, std::string_view value) noexcept {
  const std::string_view block = headers.block();
  const auto end = static_cast<std::size_t>(value.data() + value.size() - block.data());
  const std::size_t line_end = block.find('\n', end);
  return HeadersView(line_end == std::string_view::npos ? std::string_view()
                                                        : block.substr(line_end + 1));
}

bool isToken(std::string_view text) noexcept {
  constexpr std::string_view kCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
  return !text.empty() && text.find_first_not_of(kCharacters) == std::string_view::npos;
}

bool isQuoted(std::string_view text) noexcept {
  return text.starts_with('"') && quotedEnd(text, 0) == text.size();
}

std::string unquoted(std::string_view text) {
  if (!isQuoted(text)) return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

}  // namespace forage::http
