#include "cache/archived_line.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "cache/json_text.h"
#include "cache/timestamps.h"

namespace forage::app {

namespace {

/// What makes a line no entry; what() is shown.
class Flaw final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

constexpr std::array<std::string_view, 9> kTexts{"key",      "key_b64",    "variant",
                                                 "reason",   "reason_b64", "requested",
                                                 "received", "expires",    "body_b64"};

/// What a line says, unchecked but for its size.
struct Parts {
  std::map<std::string, std::string, std::less<>> texts;      // of kTexts
  std::map<std::string, std::uint64_t, std::less<>> numbers;  // status and bytes
  bool forever = false;                                       // expires is null
  Headers headers;
};

bool isName(std::string_view name) noexcept {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";  // RFC 9110, section 5.6.2
  const auto fits = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

bool isOneLine(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

/// Takes the events of one line.
class LineEvents final : public nlohmann::json_sax<Json> {
 public:
  LineEvents(Parts& parts, std::size_t max_header) : parts_(parts), max_header_(max_header) {}

  bool null() override {
    if (depth_ == 1 && key_ == "expires") parts_.forever = true;
    return inObject();
  }
  bool boolean(bool) override { return inObject(); }
  bool number_integer(std::int64_t) override { return inObject(); }
  bool number_unsigned(std::uint64_t value) override {
    if (depth_ == 1 && (key_ == "status" || key_ == "bytes")) parts_.numbers[key_] = value;
    return inObject();
  }
  bool number_float(double, const std::string&) override { return inObject(); }
  bool string(std::string& value) override {
    if (depth_ == 1 && std::find(kTexts.begin(), kTexts.end(), key_) != kTexts.end()) {
      parts_.texts[key_] = std::move(value);
    } else if (depth_ == 3 && in_headers_) {
      if (field_size_ == field_.size()) throw Flaw("a header field has too many parts");
      field_[field_size_++] = std::move(value);
    }
    return inObject();
  }
  bool binary(Json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return begin(); }
  bool key(std::string& value) override {
    if (depth_ == 1) key_ = std::move(value);
    return true;
  }
  bool end_object() override { return end(); }
  bool start_array(std::size_t) override {
    if (depth_ == 1) in_headers_ = key_ == "headers";
    field_size_ = 0;
    return inObject() && begin();
  }
  bool end_array() override {
    if (depth_ == 3 && in_headers_) addField();
    return end();
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    throw Flaw("no JSON object");
  }

 private:
  bool inObject() const {
    if (depth_ == 0) throw Flaw("no JSON object");
    return true;
  }
  bool begin() {
    if (in_headers_ && depth_ == 3) throw Flaw("a header field is damaged");
    ++depth_;
    return true;
  }
  bool end() {
    if (--depth_ == 1) in_headers_ = false;
    return true;
  }

  void addField() {
    const bool is_base64 = field_size_ == 3 && field_[2] == "b64";
    if (!is_base64 && field_size_ != 2) throw Flaw("a header field wants a name and a value");
    std::optional<std::string> value =
        is_base64 ? bytesOfBase64(field_[1]) : std::optional(std::move(field_[1]));
    if (!value || !isName(field_[0]) || !isOneLine(*value)) throw Flaw("a header field is damaged");
    if (parts_.headers.block().size() + field_[0].size() + value->size() > max_header_) {
      throw Flaw("its header is too large (fetch.max_header_size)");
    }
    // Ours, in stores that keep bytes.
    if (!equalsIgnoreCase(field_[0], "Forage-Entry")) parts_.headers.add(field_[0], *value);
  }

  Parts& parts_;
  const std::size_t max_header_;
  std::size_t depth_ = 0;
  std::string key_;
  bool in_headers_ = false;
  std::array<std::string, 3> field_;
  std::size_t field_size_ = 0;
};

std::string take(Parts& parts, const std::string& name) {
  const auto plain = parts.texts.find(name);
  if (plain != parts.texts.end()) return std::move(plain->second);
  const auto base64 = parts.texts.find(name + "_b64");
  if (base64 == parts.texts.end()) throw Flaw(name + " is missing");
  std::optional<std::string> bytes = bytesOfBase64(base64->second);
  if (!bytes) throw Flaw(name + "_b64 is no Base64");
  return std::move(*bytes);
}

WallTime takeTime(Parts& parts, const std::string& name) {
  const std::optional<WallTime> time = parseTimestamp(take(parts, name));
  if (!time) throw Flaw(name + " is no time such as 2024-02-29T23:59:59.000Z");
  return *time;
}

std::string takeVariant(Parts& parts) {
  if (!parts.texts.contains("variant")) return {};
  std::string variant = take(parts, "variant");
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-';
  };
  if (!std::all_of(variant.begin(), variant.end(), fits)) throw Flaw("variant is damaged");
  return variant;
}

std::uint64_t number(const Parts& parts, const std::string& name) {
  const auto found = parts.numbers.find(name);
  if (found == parts.numbers.end()) throw Flaw(name + " is missing");
  return found->second;
}

EntryPtr entryOf(Parts& parts, const FetchLimits& limits) {
  const std::string key = take(parts, "key");
  if (!isOneLine(key)) throw Flaw("key is damaged");
  const std::uint64_t status = number(parts, "status");
  if (status < 100 || status > 999) throw Flaw("status is none");
  Response response;
  response.status = static_cast<int>(status);
  response.reason = take(parts, "reason");
  if (!isOneLine(response.reason)) throw Flaw("reason is damaged");
  response.headers = std::move(parts.headers);
  response.body = take(parts, "body");
  if (response.body.size() != number(parts, "bytes")) {
    throw Flaw("its body has " + std::to_string(response.body.size()) + " bytes, not " +
               std::to_string(number(parts, "bytes")));
  }
  if (response.body.size() > limits.max_filesize) {
    throw Flaw("its body is too large (fetch.max_filesize)");
  }
  const WallTime requested = takeTime(parts, "requested");
  const WallTime received = takeTime(parts, "received");
  const WallTime expires = parts.forever ? WallTime::max() : takeTime(parts, "expires");
  return std::make_shared<const Entry>(key, std::move(response), requested, received, expires,
                                       takeVariant(parts));
}

}  // namespace

std::variant<EntryPtr, std::string> entryOfLine(const std::string& line,
                                                const FetchLimits& limits) {
  Parts parts;
  LineEvents events(parts, limits.max_header_bytes);
  try {
    if (!Json::sax_parse(line, &events)) return "no JSON object";
    return entryOf(parts, limits);
  } catch (const Flaw& flaw) {
    return flaw.what();
  }
}

}  // namespace forage::app
