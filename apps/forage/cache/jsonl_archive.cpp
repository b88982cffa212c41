#include "cache/jsonl_archive.h"

#include <algorithm>
#include <utility>

#include "cache/archived_line.h"
#include "cache/json_text.h"
#include "cache/line_reader.h"
#include "cache/timestamps.h"
#include "whole_file.h"

namespace forage::app {

namespace {

constexpr std::size_t kPiece = 48u << 10;  // a multiple of 3: no padding within a body
constexpr std::size_t kEnough = 256u << 10;
constexpr std::size_t kRoomForRest = 64u << 10;  // of a line beside header fields and body

/// All but the body.
Json headOf(const Entry& entry) {
  Json json;
  putBytes(json, "key", entry.key());
  if (!entry.variant().empty()) json["variant"] = entry.variant();
  json["status"] = entry.status();
  putBytes(json, "reason", entry.reason());
  json["requested"] = timestamp(entry.requested());
  json["received"] = timestamp(entry.received());
  json["expires"] =
      entry.expires() == WallTime::max() ? Json(nullptr) : Json(timestamp(entry.expires()));
  Json& headers = json["headers"] = Json::array();
  for (const HeaderField& field : entry.headers()) {
    Json pair;
    putBytes(pair, "value", field.value);
    const bool is_text = pair.contains("value");
    headers.push_back({field.name, std::move(pair.front())});
    if (!is_text) headers.back().push_back("b64");
  }
  json["bytes"] = entry.body().size();
  return json;
}

class JsonLinesWriter final : public EntryWriter {
 public:
  JsonLinesWriter(const std::string& file, Terminal& terminal) : file_("", file, terminal) {}

  void write(const Entry& entry) override {
    std::string head = jsonLine(headOf(entry));
    head.resize(head.size() - 2);  // without "}\n"
    buffer_ += head + ",\"body_b64\":\"";
    for (std::string_view body = entry.body(); !body.empty();) {
      const std::string_view piece = body.substr(0, kPiece);
      buffer_ += base64Of(piece);
      if (buffer_.size() >= kEnough) flush();
      body.remove_prefix(piece.size());
    }
    buffer_ += "\"}\n";
    if (buffer_.size() >= kEnough) flush();
  }

  void finish() override {
    flush();
    file_.commit();
  }

 private:
  void flush() {
    file_.append(buffer_);
    buffer_.clear();
  }

  WholeFile file_;
  std::string buffer_;
};

/// The longest line that an entry within `limits` can make: Base64, and escapes of six bytes.
std::size_t longestLine(const FetchLimits& limits) {
  constexpr std::size_t kMost = std::size_t{1} << 40;
  return std::min(limits.max_filesize, kMost) / 3 * 4 +
         std::min(limits.max_header_bytes, kMost) * 6 + kRoomForRest;
}

class JsonLinesReader final : public EntryReader {
 public:
  JsonLinesReader(const std::string& file, const FetchLimits& limits, std::stop_token stop,
                  Tell tell)
      : file_(file),
        limits_(limits),
        tell_(std::move(tell)),
        lines_(file, longestLine(limits), std::move(stop)) {}

  EntryPtr next() override {
    std::string line;
    while (true) {
      const LineReader::Got got = lines_.next(line);
      if (got == LineReader::Got::kEnd) return nullptr;
      if (got == LineReader::Got::kTooLong) {
        skip("it is too long (fetch.max_filesize)");
      } else if (!line.empty()) {
        auto read = entryOfLine(line, limits_);
        if (auto* entry = std::get_if<EntryPtr>(&read)) return std::move(*entry);
        skip(std::get<std::string>(read));
      }
    }
  }

  [[nodiscard]] std::uint64_t damaged() const noexcept override { return damaged_; }

 private:
  void skip(const std::string& problem) {
    ++damaged_;
    tell_(file_ + ":" + std::to_string(lines_.number()) + ": " + problem);
  }

  const std::string file_;
  const FetchLimits limits_;
  const Tell tell_;
  LineReader lines_;
  std::uint64_t damaged_ = 0;
};

}  // namespace

std::unique_ptr<EntryWriter> makeJsonLinesWriter(const std::string& file, Terminal& terminal) {
  return std::make_unique<JsonLinesWriter>(file, terminal);
}

std::unique_ptr<EntryReader> makeJsonLinesReader(const std::string& file, const FetchLimits& limits,
                                                 std::stop_token stop, EntryReader::Tell tell) {
  return std::make_unique<JsonLinesReader>(file, limits, std::move(stop), std::move(tell));
}

}  // namespace forage::app
