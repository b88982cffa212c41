#include "forage/entry.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace forage {

namespace {

// HTTP/1.1 200 OK
// Forage-Entry: v=1, head=00000312, expires=..., requested=..., received=..., [variant=..., ]
//   sum=<hex>, key=...           (all of it one line)
// <fields>
//
// <body>
//
// head is the length up to the body; times are milliseconds since 1970; sum is XXH3-64 of all bytes
// but its own.
constexpr std::string_view kStart = "HTTP/1.1 ";
constexpr std::string_view kName = "Forage-Entry: ";
constexpr std::string_view kField = "Forage-Entry: v=1, head=";
constexpr std::string_view kVariant = ", variant=";
constexpr std::size_t kHeadDigits = 8;
constexpr std::size_t kSumDigits = 16;

constexpr std::size_t kMaxSlack = 128;  // of the header fields of an entry made of a response

std::uint64_t checksum(std::string_view before, std::string_view between,
                       std::string_view body) noexcept {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, before.data(), before.size());
  XXH3_64bits_update(&state, between.data(), between.size());
  XXH3_64bits_update(&state, body.data(), body.size());
  return XXH3_64bits_digest(&state);
}

std::array<char, kSumDigits> hex(std::uint64_t value) noexcept {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, kSumDigits> text{};
  for (std::size_t i = kSumDigits; i-- > 0; value >>= 4) text[i] = kDigits[value & 15];
  return text;
}

constexpr std::string_view kBreaks("\r\n\0", 3);  // of lines
constexpr std::string_view kVariantCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

/// A reason phrase from anywhere, as one line.
void appendReason(std::string& text, std::string_view reason) {
  for (const char c : reason) text += kBreaks.find(c) == std::string_view::npos ? c : ' ';
}

void appendNumber(std::string& text, std::int64_t value) {
  std::array<char, 24> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text.append(digits.data(), result.ptr);
}

/// Reads the parts of a stored form from left to right; every step may fail.
class Cursor {
 public:
  explicit Cursor(std::string_view text) noexcept : text_(text) {}

  bool skip(std::string_view expected) noexcept {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  template <typename Number>
  bool number(Number& value, int base = 10) noexcept {
    const char* begin = text_.data() + at_;
    const auto result = std::from_chars(begin, text_.data() + text_.size(), value, base);
    if (result.ec != std::errc{}) return false;
    at_ += static_cast<std::size_t>(result.ptr - begin);
    return true;
  }

  bool until(std::string_view mark, std::string_view& part) noexcept {
    const std::size_t end = text_.find(mark, at_);
    if (end == std::string_view::npos) return false;
    part = text_.substr(at_, end - at_);
    at_ = end + mark.size();
    return true;
  }

  [[nodiscard]] std::size_t at() const noexcept { return at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Entry::Entry(std::string_view key, Response&& response, WallTime requested, WallTime received,
             WallTime expires, std::string_view variant)
    : status_(response.status),
      expires_(expires),
      received_(received),
      requested_(requested),
      content_(std::move(response.body)) {
  keepHead(response, key, variant);
  if (content_.capacity() - content_.size() > content_.size() / 4) content_.shrink_to_fit();
  body_ = content_;
}

Entry::Entry(std::string_view key, Response&& head, const std::shared_ptr<const Entry>& body_of,
             WallTime requested, WallTime received, WallTime expires, std::string_view variant)
    : status_(head.status),
      expires_(expires),
      received_(received),
      requested_(requested),
      body_(body_of->body_),
      owner_(body_of->owner_ != nullptr ? body_of->owner_ : body_of) {
  keepHead(head, key, variant);
}

// Entries live long: nothing that is much larger than what it holds.
void Entry::keepHead(Response& head, std::string_view key, std::string_view variant) {
  storage_ = std::move(head.headers).release();
  const std::size_t fields = storage_.size();
  storage_.append(head.reason).append(key).append(variant);
  if (storage_.capacity() - storage_.size() > kMaxSlack) storage_.shrink_to_fit();
  std::string_view rest = storage_;
  const auto take = [&rest](std::size_t size) {
    const std::string_view part = rest.substr(0, size);
    rest.remove_prefix(size);
    return part;
  };
  fields_ = take(fields);
  reason_ = take(head.reason.size());
  key_ = take(key.size());
  variant_ = rest;
}

Entry::~Entry() = default;

std::size_t Entry::footprint() const noexcept {
  return sizeof(Entry) + storage_.capacity() + content_.capacity() +
         (owner_ != nullptr ? owner_->footprint() : 0);
}

std::string encodeEntryHead(const Entry& entry) {
  std::string head;
  head.reserve(entry.headers().block().size() + entry.key().size() + 200);
  head += kStart;
  appendNumber(head, entry.status());
  head += ' ';
  appendReason(head, entry.reason());
  head.append("\r\n").append(kField);
  const std::size_t length_at = head.size();
  head.append(kHeadDigits, '0').append(", expires=");
  appendNumber(head, entry.expires().time_since_epoch().count());
  head += ", requested=";
  appendNumber(head, entry.requested().time_since_epoch().count());
  head += ", received=";
  appendNumber(head, entry.received().time_since_epoch().count());
  if (!entry.variant().empty()) head.append(kVariant).append(entry.variant());
  head += ", sum=";
  const std::size_t sum_at = head.size();
  head.append(kSumDigits, '0').append(", key=").append(entry.key()).append("\r\n");
  head.append(entry.headers().block()).append("\r\n");

  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), head.size()).ptr;
  const auto width = static_cast<std::size_t>(end - digits.data());
  if (width <= kHeadDigits) {
    head.replace(length_at + kHeadDigits - width, width, digits.data(), width);
  }
  const std::string_view text = head;
  const auto sum =
      hex(checksum(text.substr(0, sum_at), text.substr(sum_at + kSumDigits), entry.body()));
  head.replace(sum_at, kSumDigits, sum.data(), kSumDigits);
  return head;
}

bool isStoredEntry(std::string_view value) noexcept {
  const std::size_t line_end = value.starts_with(kStart) ? value.find("\r\n") : value.npos;
  if (line_end == value.npos) return false;
  const std::string_view rest = value.substr(line_end + 2);
  return !rest.empty() && rest.substr(0, kName.size()) == kName.substr(0, rest.size());
}

EntryPtr decodeEntry(std::string_view key, std::string&& value) {
  Cursor cursor(value);
  int status = 0;
  std::size_t head = 0;
  std::int64_t expires = 0;
  std::int64_t requested = 0;
  std::int64_t received = 0;
  std::string_view reason;
  if (!cursor.skip(kStart) || !cursor.number(status) || !cursor.skip(" ") ||
      !cursor.until("\r\n", reason) || !cursor.skip(kField) || !cursor.number(head) ||
      !cursor.skip(", expires=") || !cursor.number(expires) || !cursor.skip(", requested=") ||
      !cursor.number(requested) || !cursor.skip(", received=") || !cursor.number(received)) {
    return nullptr;
  }
  std::string_view variant;
  if (cursor.skip(kVariant) ? !cursor.until(", sum=", variant) : !cursor.skip(", sum=")) {
    return nullptr;
  }
  // The variant becomes part of keys, the reason of lines.
  if (reason.find_first_of(kBreaks) != std::string_view::npos ||
      variant.find_first_not_of(kVariantCharacters) != std::string_view::npos) {
    return nullptr;
  }
  const std::size_t sum_at = cursor.at();
  const std::string_view sum = std::string_view(value).substr(sum_at, kSumDigits);
  if (sum.size() != kSumDigits || !cursor.skip(sum) || !cursor.skip(", key=") ||
      !cursor.skip(key) || !cursor.skip("\r\n")) {
    return nullptr;
  }
  const std::size_t fields_at = cursor.at();
  if (status < 100 || status > 999 || head < fields_at + 2 || head > value.size() ||
      std::string_view(value).substr(head - 2, 2) != "\r\n") {
    return nullptr;
  }
  const std::string_view text = value;
  // Compared as digits: as a number, damage that turns 'a' into 'A' would pass.
  const auto expected = hex(checksum(text.substr(0, sum_at),
                                     text.substr(sum_at + kSumDigits, head - sum_at - kSumDigits),
                                     text.substr(head)));
  if (sum != std::string_view(expected.data(), expected.size())) return nullptr;
  const auto reason_at = static_cast<std::size_t>(reason.data() - value.data());
  const std::size_t reason_size = reason.size();
  const std::size_t variant_size = variant.size();
  const std::size_t variant_at =
      variant.empty() ? 0 : static_cast<std::size_t>(variant.data() - value.data());
  const std::size_t key_at = fields_at - 2 - key.size();
  std::shared_ptr<Entry> entry(new Entry);
  entry->storage_ = std::move(value);
  const std::string_view storage = entry->storage_;
  entry->reason_ = storage.substr(reason_at, reason_size);
  entry->key_ = storage.substr(key_at, key.size());
  entry->variant_ = storage.substr(variant_at, variant_size);
  entry->fields_ = storage.substr(fields_at, head - 2 - fields_at);
  entry->body_ = storage.substr(head);
  entry->status_ = status;
  entry->expires_ = WallTime(Millis(expires));
  entry->requested_ = WallTime(Millis(requested));
  entry->received_ = WallTime(Millis(received));
  return entry;
}

}  // namespace forage
