#include "model/url_glob.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "forage/url.h"
#include "model/target.h"

namespace forage {

namespace {

bool isLetter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::optional<std::uint64_t> numberOf(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

/// Whether `text`, between brackets, is an address (RFC 3986, section 3.2.2).
bool isAddress(std::string_view text) noexcept {
  constexpr std::string_view kOf = "0123456789abcdefABCDEF:.";
  return std::count(text.begin(), text.end(), ':') >= 2 &&
         text.find_first_not_of(kOf) == std::string_view::npos;
}

}  // namespace

/// Reads one text. Used once.
class UrlGlob::Reader {
 public:
  Reader(std::string_view text, std::string& why) noexcept : text_(text), why_(why) {}

  bool read(UrlGlob& glob) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool opens = c == '{' || (c == '[' && !standsForAddress());
      if (opens) {
        if (!readPart(glob)) return false;
        continue;
      }
      if (c == '}' || (c == ']' && !in_address_)) return fail(at_, "closes nothing");
      if (c == '\\' && at_ + 1 < text_.size()) ++at_;
      in_address_ = (in_address_ || c == '[') && c != ']';
      literal(glob) += text_[at_++];
    }
    return true;
  }

 private:
  static std::string& literal(UrlGlob& glob) {
    if (glob.parts_.empty() || !std::holds_alternative<std::string>(glob.parts_.back())) {
      glob.parts_.emplace_back(std::string());
    }
    return std::get<std::string>(glob.parts_.back());
  }

  [[nodiscard]] bool standsForAddress() const noexcept {
    const std::size_t end = text_.find(']', at_);
    const bool begins_host = at_ > 0 && (text_[at_ - 1] == '/' || text_[at_ - 1] == '@');
    return begins_host && end != std::string_view::npos &&
           isAddress(text_.substr(at_ + 1, end - at_ - 1));
  }

  bool readPart(UrlGlob& glob) {
    const std::size_t open = at_;
    const bool is_set = text_[open] == '{';
    const std::size_t close = text_.find(is_set ? '}' : ']', open);
    if (close == std::string_view::npos) return fail(open, "is not closed");
    const std::string_view inner = text_.substr(open + 1, close - open - 1);
    if (inner.find_first_of("[]{}") != std::string_view::npos) {
      return fail(open, "has another within it");
    }
    std::optional<Part> part = is_set ? wordsOf(inner) : rangeOf(inner);
    if (!part) return fail(open, is_set ? "wants words with commas between" : kWantsRange);
    const std::uint64_t count = sizeOf(*part);
    if (count > kMost / glob.size_)
      return fail(open, "makes too many URLs: more than a thousand millions");
    glob.size_ *= count;
    glob.parts_.push_back(std::move(*part));
    at_ = close + 1;
    return true;
  }

  static std::optional<Part> wordsOf(std::string_view inner) {
    if (inner.empty()) return std::nullopt;
    Words words;
    for (;;) {
      const std::size_t comma = inner.find(',');
      words.emplace_back(inner.substr(0, comma));
      if (comma == std::string_view::npos) return words;
      inner.remove_prefix(comma + 1);
    }
  }

  static std::optional<Part> rangeOf(std::string_view inner) {
    Range range;
    if (const std::size_t colon = inner.find(':'); colon != std::string_view::npos) {
      const auto step = numberOf(inner.substr(colon + 1));
      if (!step || *step == 0) return std::nullopt;
      range.step = *step;
      inner = inner.substr(0, colon);
    }
    const std::size_t dash = inner.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const std::string_view from = inner.substr(0, dash);
    const std::string_view to = inner.substr(dash + 1);
    std::uint64_t last = 0;
    if (from.size() == 1 && to.size() == 1 && isLetter(from[0]) && isLetter(to[0])) {
      range.letters = true;
      range.first = static_cast<unsigned char>(from[0]);
      last = static_cast<unsigned char>(to[0]);
    } else {
      const auto first_number = numberOf(from);
      const auto last_number = numberOf(to);
      if (!first_number || !last_number) return std::nullopt;
      range.first = *first_number;
      last = *last_number;
      if (from.size() > 1 && from[0] == '0') range.width = from.size();
    }
    if (last < range.first || last - range.first >= kMost) return std::nullopt;
    range.count = (last - range.first) / range.step + 1;
    return range;
  }

  bool fail(std::size_t at, std::string_view what) {
    why_ = "column " + std::to_string(at + 1) + ": '" + text_[at] + "' " + std::string(what);
    return false;
  }

  static constexpr std::string_view kWantsRange =
      "wants a range such as [1-100], [001-100], [a-z] or [0-100:10]";

  std::string_view text_;
  std::string& why_;
  std::size_t at_ = 0;
  bool in_address_ = false;
};

std::optional<UrlGlob> UrlGlob::parse(std::string_view text, std::string& why) {
  UrlGlob glob;
  if (!Reader(text, why).read(glob)) return std::nullopt;
  return glob;
}

std::string whyNoGlob(std::string_view text) {
  std::string why;
  const std::optional<UrlGlob> glob = UrlGlob::parse(text, why);
  if (!glob) return why;
  Url url;
  std::string one;
  for (const std::uint64_t index : {std::uint64_t{0}, glob->size() - 1}) {
    glob->write(index, one);
    if (!readTarget(one, url, &why)) return why;
  }
  return {};
}

std::uint64_t UrlGlob::sizeOf(const Part& part) noexcept {
  if (const auto* words = std::get_if<Words>(&part)) return words->size();
  if (const auto* range = std::get_if<Range>(&part)) return range->count;
  return 1;
}

void UrlGlob::write(std::uint64_t index, std::string& url) const {
  url.clear();
  std::uint64_t left = size_;  // URLs that the parts from here on make
  for (const Part& part : parts_) {
    left /= sizeOf(part);
    write(part, index / left, url);
    index %= left;
  }
}

void UrlGlob::write(const Part& part, std::uint64_t index, std::string& url) {
  if (const auto* text = std::get_if<std::string>(&part)) {
    url += *text;
  } else if (const auto* words = std::get_if<Words>(&part)) {
    url += (*words)[index];
  } else {
    const auto& range = std::get<Range>(part);
    const std::uint64_t value = range.first + index * range.step;
    if (range.letters) {
      url += static_cast<char>(value);
      return;
    }
    const std::string digits = std::to_string(value);
    if (digits.size() < range.width) url.append(range.width - digits.size(), '0');
    url += digits;
  }
}

}  // namespace forage
