#include "http/robots_pattern.h"

#include <array>
#include <cstddef>

namespace forage::http {

namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

int hexValue(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// RFC 3986, section 2: unreserved, and reserved but for "/?#*$".
constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@!'(),;&=+[]";

constexpr std::array<bool, 256> plainOctets() noexcept {
  std::array<bool, 256> plain{};
  for (const char c : kPlain) plain[static_cast<unsigned char>(c)] = true;
  return plain;
}

constexpr std::array<bool, 256> kIsPlain = plainOctets();

void appendEncoded(std::string& out, unsigned char octet) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  out += '%';
  out += kDigits[octet >> 4];
  out += kDigits[octet & 15];
}

/// One octet of a path or query as it was written.
struct Octet {
  char value;
  bool encoded;
};

/// Takes an octet off the front of `text`. A '%' that encodes nothing is one itself.
Octet takeOctet(std::string_view& text) noexcept {
  const char c = text.front();
  const int high = c == '%' && text.size() > 2 ? hexValue(text[1]) : -1;
  const int low = high >= 0 ? hexValue(text[2]) : -1;
  text.remove_prefix(low >= 0 ? 3 : 1);
  return low >= 0 ? Octet{static_cast<char>(high * 16 + low), true} : Octet{c, false};
}

enum class Side : std::uint8_t { kPattern, kTarget };

/// The form that both sides are compared in. `join`: "%2F" in the query is '/'.
std::string canonical(std::string_view text, Side side, bool join) {
  std::string out;
  out.reserve(text.size());
  bool in_query = false;
  while (!text.empty()) {
    const auto [c, encoded] = takeOctet(text);
    if (side == Side::kPattern && !encoded && (c == '*' || (c == '$' && text.empty()))) {
      out += c;
      continue;
    }
    in_query = in_query || (c == '?' && !encoded);
    const bool delimits = (c == '/' && (!encoded || (join && in_query))) || (c == '?' && !encoded);
    if (delimits || kIsPlain[static_cast<unsigned char>(c)]) {
      out += c;
    } else {
      appendEncoded(out, static_cast<unsigned char>(c));
    }
  }
  return out;
}

/// Pieces up to this long are looked for at every place in turn: faster than with a table, and not
/// slower than so many times the text.
constexpr std::size_t kShortPiece = 16;

}  // namespace

RobotsTarget::RobotsTarget(std::string_view target)
    : text_(canonical(target.empty() ? "/" : target, Side::kTarget, false)) {
  const std::size_t query = text_.find('?');
  if (query == kNowhere || text_.find("%2F", query) == kNowhere) return;
  query_text_ = canonical(target, Side::kTarget, true);
}

std::string canonicalPattern(std::string_view pattern) {
  return canonical(pattern, Side::kPattern, true);
}

bool PatternMatcher::matches(std::string_view pattern, std::string_view text) {
  const bool to_the_end = pattern.ends_with('$');
  if (to_the_end) pattern.remove_suffix(1);
  std::size_t star = pattern.find('*');
  if (!text.starts_with(pattern.substr(0, star))) return false;
  if (star == kNowhere) return !to_the_end || text.size() == pattern.size();
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  // The first place of each piece leaves the most to the pieces after it.
  while ((star = pattern.find('*')) != kNowhere) {
    const std::size_t at = find(text, pattern.substr(0, star));
    if (at == kNowhere) return false;
    text.remove_prefix(at + star);
    pattern.remove_prefix(star + 1);
  }
  return to_the_end ? text.ends_with(pattern) : find(text, pattern) != kNowhere;
}

// Knuth, Morris and Pratt: Fast pattern matching in strings (SIAM J. Comput. 6, 1977). Looks at
// each character of `text` at most twice.
std::size_t PatternMatcher::find(std::string_view text, std::string_view piece) {
  if (piece.size() <= kShortPiece) return text.find(piece);
  if (piece.size() > text.size()) return kNowhere;
  borders_.assign(piece.size(), 0);
  for (std::uint32_t i = 1, held = 0; i < piece.size(); ++i) {
    while (held > 0 && piece[i] != piece[held]) held = borders_[held - 1];
    if (piece[i] == piece[held]) ++held;
    borders_[i] = held;
  }
  std::uint32_t held = 0;  // characters of `piece` that end where `text` has been read to
  for (std::size_t i = 0; i < text.size(); ++i) {
    while (held > 0 && text[i] != piece[held]) held = borders_[held - 1];
    if (text[i] == piece[held]) ++held;
    if (held == piece.size()) return i + 1 - held;
  }
  return kNowhere;
}

}  // namespace forage::http
