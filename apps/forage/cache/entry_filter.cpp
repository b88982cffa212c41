#include "cache/entry_filter.h"

#include <algorithm>

#include "forage/units.h"

namespace forage::app {

namespace {

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

std::pair<int, int> statusesOf(const std::string& text) {
  const bool three = text.size() == 3 && text[0] >= '1' && text[0] <= '9';
  const int first = three ? (text[0] - '0') * 100 : 0;
  if (three && isDigit(text[1]) && isDigit(text[2])) {
    const int status = first + (text[1] - '0') * 10 + (text[2] - '0');
    return {status, status};
  }
  const std::string_view rest =
      std::string_view(text).substr(std::min<std::size_t>(1, text.size()));
  // Servers send what they like, such as 999, but there is no such class (RFC 9110, section 15).
  if (three && first <= 500 && (rest == "xx" || rest == "XX")) return {first, first + 99};
  throw UsageError("--status " + text + ": wants a status such as 404, or a class such as 4xx");
}

std::optional<Millis> spanOption(const Arguments& arguments, const char* name) {
  if (!arguments.has(name)) return std::nullopt;
  const std::string text = arguments.value(name);
  const std::optional<Millis> span = parseDuration(text);
  if (span && *span != kForever) return span;
  throw UsageError("--" + std::string(name) + " " + text + ": wants a duration such as 30m or 7d");
}

std::optional<std::size_t> sizeOption(const Arguments& arguments, const char* name) {
  if (!arguments.has(name)) return std::nullopt;
  const std::string text = arguments.value(name);
  if (const std::optional<std::size_t> size = parseSize(text)) return size;
  throw UsageError("--" + std::string(name) + " " + text + ": wants a size such as 64KiB or 10MB");
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

CommandLine& addFilterOptions(CommandLine& line) {
  return line
      .option("status", "", "CODE",
              "entries of this status, 404, or of this class, 4xx; may be repeated")
      .option("older-than", "", "SPAN", "received longer ago than this: 30m, 7d")
      .option("newer-than", "", "SPAN", "received less long ago than this")
      .option("larger-than", "", "SIZE", "with a body, as received, of more than this: 64KiB, 10MB")
      .option("smaller-than", "", "SIZE", "with a body of less than this")
      .option("type", "", "GLOB",
              "of this media type: image/*, text/html; without a * any type that holds the text");
}

std::string patternHelp() {
  return "\n"
         "PATTERN is about URLs. A * stands for anything, all else for itself, a ? too:\n"
         "  https://example.org/     that one URL\n"
         "  'https://example.org/*'  all URLs that begin so; '*.pdf': all that end so\n"
         "  example.org              all URLs that hold this text anywhere\n";
}

std::string patternOf(const Arguments& arguments, std::size_t before, const std::string& usage) {
  const std::vector<std::string>& operands = arguments.operands();
  if (operands.size() > before + 1) {
    throw UsageError("one PATTERN at most: " + usage + " (a * wants quotes in a shell)");
  }
  return operands.size() > before ? operands[before] : std::string();
}

EntryFilter::EntryFilter(const Arguments& arguments, std::string_view pattern,
                         std::string_view key_prefix)
    : prefix_(key_prefix),
      pattern_(key_prefix, pattern),
      older_than_(spanOption(arguments, "older-than")),
      newer_than_(spanOption(arguments, "newer-than")),
      larger_than_(sizeOption(arguments, "larger-than")),
      smaller_than_(sizeOption(arguments, "smaller-than")) {
  for (const std::string& text : arguments.values("status")) statuses_.push_back(statusesOf(text));
  if (arguments.has("type")) type_.emplace(lower(arguments.value("type")));
  empty_ = pattern.empty() && statuses_.empty() && !older_than_ && !newer_than_ && !larger_than_ &&
           !smaller_than_ && !type_;
}

bool EntryFilter::matchesKey(std::string_view key) const noexcept {
  return key.starts_with(prefix_) && pattern_.matches(key.substr(prefix_.size()));
}

bool EntryFilter::matches(const EntryView& view) const noexcept {
  const int status = view.entry->status();
  const auto holds = [status](const Statuses& some) {
    return some.first <= status && status <= some.second;
  };
  const std::size_t size = view.entry->body().size();
  return pattern_.matches(view.name) &&
         (statuses_.empty() || std::any_of(statuses_.begin(), statuses_.end(), holds)) &&
         (!older_than_ || view.age > *older_than_) && (!newer_than_ || view.age < *newer_than_) &&
         (!larger_than_ || size > *larger_than_) && (!smaller_than_ || size < *smaller_than_) &&
         (!type_ || type_->matches(view.type));
}

}  // namespace forage::app
