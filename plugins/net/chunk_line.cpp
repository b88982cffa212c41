#include "net/chunk_line.h"

#include "net/text_scan.h"

namespace forage::net {

namespace {

constexpr std::uint64_t kTopDigit = std::uint64_t{15} << 60;

int hexDigit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// What a line has still to say; each step takes off what it knows.
class Rest {
 public:
  explicit Rest(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] bool isEmpty() const noexcept { return text_.empty(); }
  [[nodiscard]] bool startsWith(char c) const noexcept {
    return !text_.empty() && text_.front() == c;
  }
  bool skip(char c) noexcept {
    if (!startsWith(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void skipBlanks() noexcept {
    while (!text_.empty() && isBlank(text_.front())) text_.remove_prefix(1);
  }
  bool skipToken() noexcept {
    const char* const begin = text_.data();
    const char* const end = net::skipToken(begin, begin + text_.size());
    text_.remove_prefix(static_cast<std::size_t>(end - begin));
    return end != begin;
  }
  /// quoted-string (RFC 9110, section 5.6.4).
  bool skipQuoted() noexcept {
    if (!skip('"')) return false;
    while (!text_.empty() && !startsWith('"')) {
      if (skip('\\') && text_.empty()) return false;
      if (!isIn(kTextBytes, text_.front())) return false;
      text_.remove_prefix(1);
    }
    return skip('"');
  }

 private:
  std::string_view text_;
};

/// *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ), and nothing after it.
bool areExtensions(Rest rest) noexcept {
  while (!rest.isEmpty()) {
    rest.skipBlanks();
    if (!rest.skip(';')) return false;
    rest.skipBlanks();
    if (!rest.skipToken()) return false;
    Rest value = rest;
    value.skipBlanks();
    if (!value.skip('=')) continue;
    value.skipBlanks();
    if (value.startsWith('"') ? !value.skipQuoted() : !value.skipToken()) return false;
    rest = value;
  }
  return true;
}

}  // namespace

std::optional<std::uint64_t> parseChunkLine(std::string_view line) noexcept {
  std::uint64_t size = 0;
  std::size_t digits = 0;
  for (; digits < line.size(); ++digits) {
    const int digit = hexDigit(line[digits]);
    if (digit < 0) break;
    if ((size & kTopDigit) != 0) return std::nullopt;
    size = size * 16 + static_cast<std::uint64_t>(digit);
  }
  if (digits == 0 || !areExtensions(Rest(line.substr(digits)))) return std::nullopt;
  return size;
}

}  // namespace forage::net
