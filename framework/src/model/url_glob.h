// UrlGlob: many URLs in one text, by curl's rules: "{one,two}" stands for each of its words,
// "[1-9]",
// "[001-100]", "[a-z]" and "[0-100:10]" for each number or letter. The rightmost changes fastest. A
// backslash takes the meaning from what follows; brackets around an IPv6 address have none. A
// value; thread-safe to read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace forage {

class UrlGlob {
 public:
  /// So many URLs one may stand for.
  static constexpr std::uint64_t kMost = 1'000'000'000;

  /// On failure returns nothing and says why in `why`, with the column.
  [[nodiscard]] static std::optional<UrlGlob> parse(std::string_view text, std::string& why);

  /// How many URLs there are; at least one.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Writes the URL at `index` into `url`. REQUIRES: index < size().
  void write(std::uint64_t index, std::string& url) const;

 private:
  using Words = std::vector<std::string>;
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t step = 1;
    std::uint64_t count = 1;
    std::size_t width = 0;  // of numbers, with zeros in front
    bool letters = false;
  };
  using Part = std::variant<std::string, Words, Range>;
  class Reader;

  [[nodiscard]] static std::uint64_t sizeOf(const Part& part) noexcept;
  static void write(const Part& part, std::uint64_t index, std::string& url);

  std::vector<Part> parts_;
  std::uint64_t size_ = 1;
};

/// Why `text` is no glob of URLs that may be visited; "" when it is.
[[nodiscard]] std::string whyNoGlob(std::string_view text);

}  // namespace forage
