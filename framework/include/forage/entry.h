// A response as caches hold it: immutable and shared, so that a hit in memory copies nothing. Also
// its form in stores that keep bytes: an HTTP message (application/http) whose first field,
// Forage-Entry, carries times, key and checksum. Entries are thread-safe to read.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "forage/clock.h"
#include "forage/export.h"
#include "forage/message.h"

namespace forage {

/// "url:<canonical url>", with a variant suffix after '#' where one applies.
using Key = std::string;

class FORAGE_API Entry final {
 public:
  /// Takes the response over, and keeps copies of `key` and `variant`. `requested` and `received`
  /// are when its request was sent and its response complete (RFC 9111, section 4.2.3); `expires`
  /// is when the cache may forget it (WallTime::max() for never).
  Entry(std::string_view key, Response&& response, WallTime requested, WallTime received,
        WallTime expires, std::string_view variant = {});
  /// The same with the body of `body_of`, which it shares; that of `head` is left alone.
  Entry(std::string_view key, Response&& head, const std::shared_ptr<const Entry>& body_of,
        WallTime requested, WallTime received, WallTime expires, std::string_view variant = {});
  ~Entry();
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  [[nodiscard]] std::string_view key() const noexcept { return key_; }
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] std::string_view reason() const noexcept { return reason_; }
  [[nodiscard]] HeadersView headers() const noexcept { return HeadersView(fields_); }
  /// The body as received, in its content coding.
  [[nodiscard]] std::string_view body() const noexcept { return body_; }
  [[nodiscard]] WallTime requested() const noexcept { return requested_; }
  [[nodiscard]] WallTime received() const noexcept { return received_; }
  [[nodiscard]] WallTime expires() const noexcept { return expires_; }
  /// Which of the variants of its URL it is, in letters, digits, '.' and '-': opaque to caches. ""
  /// where the response does not vary.
  [[nodiscard]] std::string_view variant() const noexcept { return variant_; }
  /// Sets when the cache may forget it. REQUIRES: nobody shares it yet.
  void setExpires(WallTime expires) noexcept { expires_ = expires; }
  /// What this object occupies: itself, its strings with their capacity, and a body it shares.
  [[nodiscard]] std::size_t footprint() const noexcept;

 private:
  friend FORAGE_API std::shared_ptr<const Entry> decodeEntry(std::string_view key,
                                                             std::string&& value);
  Entry() = default;
  void keepHead(Response& head, std::string_view key, std::string_view variant);

  // What every hit reads stands first, beside the reference count that it writes.
  int status_ = 0;
  WallTime expires_{};
  WallTime received_{};
  WallTime requested_{};
  std::string_view fields_;
  std::string_view body_;
  std::string_view reason_;
  std::string_view key_;
  std::string_view variant_;
  std::string storage_;  // decoded: the whole message; otherwise fields, reason, key and variant
  std::string content_;  // the body, where it is not part of storage_
  std::shared_ptr<const Entry> owner_;  // of the body, where that is another entry's
};

using EntryPtr = std::shared_ptr<const Entry>;

/// The first part of an entry's stored form; the whole is this followed by entry.body(), so that
/// bodies need not be copied.
[[nodiscard]] FORAGE_API std::string encodeEntryHead(const Entry& entry);

/// Reads the stored form, taking `value` over. Returns null when it is damaged in any way: another
/// key, a checksum that differs, lengths that do not fit. Never throws but bad_alloc.
[[nodiscard]] FORAGE_API EntryPtr decodeEntry(std::string_view key, std::string&& value);

/// Whether `value` begins as the stored form of an entry does, be it damaged or cut.
[[nodiscard]] FORAGE_API bool isStoredEntry(std::string_view value) noexcept;

}  // namespace forage
