#include "net/head_text.h"

#include <algorithm>

namespace forage::net {

namespace {

constexpr std::string_view kHttp = "HTTP/1.";
constexpr std::size_t kShortStatusLine = 12;  // "HTTP/1.1 200"

constexpr bool isBlank(char c) noexcept { return c == ' ' || c == '\t'; }

}  // namespace

std::size_t HeadScanner::scan(std::string_view bytes) noexcept {
  for (;;) {
    const std::size_t lf = bytes.find('\n', searched_);
    if (lf == std::string_view::npos) {
      searched_ = bytes.size();
      return 0;
    }
    const bool crlf = lf > line_ && bytes[lf - 1] == '\r';
    const std::size_t length = lf - line_ - (crlf ? 1 : 0);
    if (!crlf || (line_ == 0 && length == kShortStatusLine) ||
        (length != 0 && isBlank(bytes[line_]))) {
      uneven_ = true;
    }
    line_ = searched_ = lf + 1;
    if (length == 0) return line_;
  }
}

bool mayBeHttp(std::string_view bytes) noexcept {
  const std::size_t size = std::min(bytes.size(), kHttp.size());
  return bytes.substr(0, size) == kHttp.substr(0, size);
}

std::string evenOut(std::string_view head) {
  std::string even;
  even.reserve(head.size() + 16);
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < head.size(); ++lines) {
    const std::size_t lf = std::min(head.find('\n', begin), head.size() - 1);
    std::string_view line = head.substr(begin, lf - begin);
    begin = lf + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    // White space before the first field may hide it from others: left for the parser to refuse.
    if (lines > 1 && !line.empty() && isBlank(line.front())) {
      even.resize(even.size() - 2);
      while (!even.empty() && isBlank(even.back())) even.pop_back();
      while (!line.empty() && isBlank(line.front())) line.remove_prefix(1);
      even += ' ';
    }
    even += line;
    if (lines == 0 && line.size() == kShortStatusLine) even += ' ';
    even += "\r\n";
  }
  return even;
}

}  // namespace forage::net
