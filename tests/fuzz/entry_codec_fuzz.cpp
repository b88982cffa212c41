// Fuzz target: whatever a store gives back, it is an entry with its key or none; what is one is
// stored again as the same; and every byte that has changed is noticed.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "forage/entry.h"
#include "fuzz/fuzz.h"

namespace {

using forage::decodeEntry;
using forage::Entry;
using forage::EntryPtr;
using forage::Millis;
using forage::WallTime;
using forage::fuzz::expect;

constexpr std::size_t kMostChanged = 256;  // bytes of entries in which each is changed in turn

std::string encoded(const Entry& entry) {
  return forage::encodeEntryHead(entry) + std::string(entry.body());
}

bool isSame(const Entry& a, const Entry& b) {
  return a.key() == b.key() && a.status() == b.status() && a.reason() == b.reason() &&
         a.headers().block() == b.headers().block() && a.body() == b.body() &&
         a.requested() == b.requested() && a.received() == b.received() &&
         a.expires() == b.expires() && a.variant() == b.variant();
}

std::string keyIn(std::string_view value) {
  constexpr std::string_view kMark = ", key=";
  const std::size_t at = value.find(kMark);
  if (at == std::string_view::npos) return "url:http://h/";
  const std::string_view rest = value.substr(at + kMark.size());
  return std::string(rest.substr(0, rest.find("\r\n")));
}

/// `value` with a length and a checksum that fit, as whoever can write to the store can make them.
std::string forged(std::string value) {
  const std::size_t head_at = value.find("head=");
  const std::size_t end = value.find("\r\n\r\n");
  if (head_at != std::string::npos && end != std::string::npos && head_at + 13 <= end) {
    std::array<char, 16> digits{};
    std::snprintf(digits.data(), digits.size(), "%08zu", end + 4);
    value.replace(head_at + 5, 8, digits.data());
  }
  const std::size_t sum_at = value.find(", sum=");
  if (sum_at == std::string::npos || value.size() - sum_at < 6 + 16) return value;
  std::string rest = value;
  rest.erase(sum_at + 6, 16);
  std::array<char, 24> sum{};
  std::snprintf(sum.data(), sum.size(), "%016llx",
                static_cast<unsigned long long>(XXH3_64bits(rest.data(), rest.size())));
  return value.replace(sum_at + 6, 16, sum.data());
}

void checkDecoded(std::string value) {
  const std::string key = keyIn(value);
  const EntryPtr entry = decodeEntry(key, std::move(value));
  if (!entry) return;
  expect(entry->key() == key, "an entry has the key that it was asked for");
  expect(entry->status() >= 100 && entry->status() <= 999, "an entry has a status");
  std::size_t bytes = 0;
  for (const forage::HeaderField& field : entry->headers()) {
    bytes += field.name.size() + field.value.size();
  }
  expect(bytes <= entry->footprint(), "fields are within the entry");
  const EntryPtr again = decodeEntry(key, encoded(*entry));
  expect(again && isSame(*again, *entry), "what was decoded is stored as the same");
}

/// Whether every byte of `whole` counts, each changed by `flip`.
void checkChanges(const Entry& entry, std::size_t first, char flip) {
  const std::string whole = encoded(entry);
  const std::size_t changes = whole.size() <= kMostChanged ? whole.size() : 1;
  for (std::size_t i = 0; i < changes; ++i) {
    std::string value = whole;
    char& byte = value[(first + i) % whole.size()];
    byte = static_cast<char>(byte ^ flip);
    expect(decodeEntry(entry.key(), std::move(value)) == nullptr, "a changed byte is noticed");
  }
}

/// An entry of whatever the input holds: a reason, fields, a body.
void checkEncoded(std::string_view text, std::uint8_t flip) {
  const std::size_t line_end = std::min(text.find("\r\n"), text.size());
  const std::size_t head_end = std::min(text.find("\r\n\r\n"), text.size());
  forage::Response response;
  response.status = 100 + static_cast<int>(text.size() % 900);
  const std::string_view reason = text.substr(0, line_end);
  if (reason.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) {
    response.reason = reason;
  }
  response.headers = forage::Headers(std::string(text.substr(line_end, head_end - line_end)));
  response.body = text.substr(head_end);
  const Entry entry(text.substr(0, std::min<std::size_t>(text.size(), 40)), std::move(response),
                    WallTime(Millis(flip)), WallTime::min(), WallTime::max(),
                    flip % 2 == 0 ? "" : "0123abcd.7");
  const EntryPtr decoded = decodeEntry(entry.key(), encoded(entry));
  expect(decoded && isSame(*decoded, entry), "what is stored comes back as the same");
  checkChanges(entry, text.size() * flip, static_cast<char>(flip == 0 ? 1 : flip));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = forage::fuzz::textOf(data, size);
  checkDecoded(std::string(text));
  checkDecoded(forged(std::string(text)));
  checkEncoded(text, size == 0 ? 0 : data[size - 1]);
  return 0;
}
