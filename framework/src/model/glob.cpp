#include "forage/glob.h"

#include <cstddef>
#include <utility>

namespace forage {

namespace {

/// Matches `byte` against the class whose '[' stands at `at`, and moves `at` behind its ']'. Odd
/// classes mean what they mean to Redis: an unclosed one ends with the pattern, [z-a] is [a-z],
/// and a ']' in third place of a range is its end.
bool matchesClass(std::string_view pattern, std::size_t& at, unsigned char byte) noexcept {
  const auto byteAt = [&](std::size_t i) { return static_cast<unsigned char>(pattern[i]); };
  ++at;
  const bool negated = at < pattern.size() && pattern[at] == '^';
  if (negated) ++at;
  bool matches = false;
  for (; at < pattern.size() && pattern[at] != ']'; ++at) {
    const std::size_t left = pattern.size() - at;
    if (pattern[at] == '\\' && left >= 2) {
      ++at;
      matches = matches || byteAt(at) == byte;
    } else if (left >= 3 && pattern[at + 1] == '-') {
      unsigned char low = byteAt(at);
      unsigned char high = byteAt(at + 2);
      if (low > high) std::swap(low, high);
      matches = matches || (low <= byte && byte <= high);
      at += 2;
    } else {
      matches = matches || byteAt(at) == byte;
    }
  }
  if (at < pattern.size()) ++at;
  return matches != negated;
}

/// Matches `byte` against the element at `at`, which is no '*', and moves `at` behind it.
bool matchesOne(std::string_view pattern, std::size_t& at, char byte) noexcept {
  if (pattern[at] == '[') return matchesClass(pattern, at, static_cast<unsigned char>(byte));
  if (pattern[at] == '?') {
    ++at;
    return true;
  }
  if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
  return pattern[at++] == byte;
}

}  // namespace

bool matchesGlob(std::string_view pattern, std::string_view text) noexcept {
  // Only the last '*' needs to be tried again: every other element takes exactly one byte, so an
  // earlier one could not do better. Hence no recursion.
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t at = 0;
  std::size_t i = 0;
  std::size_t star = kNone;  // behind the last '*'
  std::size_t star_i = 0;    // where what follows it is tried
  while (i < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = ++at;
      star_i = i;
    } else if (at < pattern.size() && matchesOne(pattern, at, text[i])) {
      ++i;
    } else if (star != kNone) {
      at = star;
      i = ++star_i;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

}  // namespace forage
