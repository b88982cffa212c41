#include "warc/record_header.h"

#include <charconv>
#include <utility>

namespace forage::warc {

namespace {

constexpr std::string_view kMagic = "WARC/";

/// 1*DIGIT that a uint64_t can hold.
std::optional<std::uint64_t> parseLength(std::string_view text) noexcept {
  std::uint64_t length = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, length);
  if (error != std::errc{} || read != end) return std::nullopt;
  return length;
}

/// Appends the next line to `line`, with its end; false: the member ended, or it is over `room`.
bool takeLine(WarcInput& input, std::size_t room, std::string& line) {
  while (true) {
    const std::string_view bytes = input.peek().substr(0, room - line.size());
    if (bytes.empty()) return false;
    const std::size_t end = bytes.find('\n');
    const std::size_t size = end == std::string_view::npos ? bytes.size() : end + 1;
    line.append(bytes.substr(0, size));
    input.take(size);
    if (end != std::string_view::npos) return true;
  }
}

}  // namespace

const char* RecordHeader::read(WarcInput& input) {
  block_.clear();
  std::string line;
  std::size_t room = kMaxBytes;
  for (bool is_first = true;; is_first = false) {
    line.clear();
    if (!warc::takeLine(input, room, line)) {
      return line.size() == room ? "the record header is too long" : "the record header is cut off";
    }
    room -= line.size();
    line.pop_back();
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() && !is_first) break;
    if (const char* wrong = takeLine(line, is_first)) return wrong;
  }
  fields_ = Headers(std::move(block_));
  const std::optional<std::uint64_t> length = parseLength(field("Content-Length"));
  if (!length) return "the record has no valid Content-Length";
  length_ = *length;
  return nullptr;
}

// A line that begins with a blank goes on with the value before it (ISO 28500, section 4).
const char* RecordHeader::takeLine(std::string_view line, bool is_first) {
  if (is_first) {
    const bool known = line == "WARC/1.0" || line == "WARC/1.1";
    if (known) return nullptr;
    return line.starts_with(kMagic) ? "the version of WARC is neither 1.0 nor 1.1"
                                    : "no WARC record begins here";
  }
  if (line.front() == ' ' || line.front() == '\t') {
    if (block_.empty()) return "the record header begins with a blank";
    block_.resize(block_.size() - 2);
  } else if (line.find(':') == std::string_view::npos) {
    return "the record header has a line without a colon";
  }
  block_.append(line).append("\r\n");
  return nullptr;
}

std::string_view RecordHeader::field(std::string_view name) const noexcept {
  std::string_view value = fields_.find(name).value_or("");
  if (value.size() >= 2 && value.front() == '<' && value.back() == '>') {
    value.remove_prefix(1);
    value.remove_suffix(1);
  }
  return value;
}

bool RecordHeader::has(std::string_view name) const noexcept {
  return fields_.find(name).has_value();
}

}  // namespace forage::warc
