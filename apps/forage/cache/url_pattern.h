// What PATTERN means to the commands of `forage cache`. A '*' stands for anything; every other
// character, '?' among them, stands for itself, because URLs are full of them. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace forage::app {

/// Text with wildcards: with a '*' it must match all of another text, without one it may stand
/// anywhere in it.
class TextPattern {
 public:
  explicit TextPattern(std::string_view text);
  [[nodiscard]] bool matches(std::string_view text) const noexcept;
  /// As the globs of Cache::scan.
  [[nodiscard]] const std::string& glob() const noexcept { return glob_; }

 private:
  std::string glob_;
};

/// A PATTERN of URLs: as TextPattern, but one whole URL without a '*' is that URL alone.
class UrlPattern {
 public:
  /// `prefix` is that of cache keys. An empty `text` matches everything.
  UrlPattern(std::string_view prefix, std::string_view text);

  /// `name` is a key without its prefix: a URL, or the digest of a long one, perhaps with a variant
  /// after '#'.
  [[nodiscard]] bool matches(std::string_view name) const noexcept;
  /// For Cache::scan: a glob of keys that lets pass at least what matches.
  [[nodiscard]] const std::string& keyGlob() const noexcept { return key_glob_; }

 private:
  std::string exact_;  // "" for none
  std::string text_;   // a glob; "" for none
  bool with_variant_;  // the pattern speaks of variants
  std::string key_glob_;
};

/// `text` as a glob that matches it alone.
[[nodiscard]] std::string escapedGlob(std::string_view text);

}  // namespace forage::app
