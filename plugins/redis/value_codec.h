// What stands in Redis for an entry: the whole response as an HTTP message, or the bare text of its
// body, which other programs read and write under the same key. Thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "forage/clock.h"
#include "forage/entry.h"
#include "options.h"

namespace forage::redis {

/// A value in two parts, so that bodies need not be copied.
struct StoredValue {
  std::string head;
  std::string_view body;  ///< of the entry, or of `text`
  std::shared_ptr<const std::string> text;

  [[nodiscard]] std::size_t size() const noexcept { return head.size() + body.size(); }
};

class ValueCodec {
 public:
  /// `max_size` is for a value. `clock` outlives the codec.
  ValueCodec(ValueFormat format, std::size_t max_size, const Clock& clock) noexcept
      : format_(format), max_size_(max_size), clock_(clock) {}

  /// The value for `entry`, which outlives it; nothing where it cannot be kept: it is too large, or
  /// has no form as bare text (see docs/cache-redis.md).
  [[nodiscard]] std::optional<StoredValue> encode(const EntryPtr& entry) const;

  /// Whether `value` is beyond what this cache reads.
  [[nodiscard]] bool isTooLarge(std::string_view value) const noexcept {
    return value.size() > max_size_;
  }
  /// The entry that `value` stands for; null where it stands for none.
  [[nodiscard]] EntryPtr decode(const Key& key, std::string&& value) const;

 private:
  [[nodiscard]] std::optional<StoredValue> encodeBody(const EntryPtr& entry) const;
  [[nodiscard]] EntryPtr decodeBody(const Key& key, std::string&& value) const;

  ValueFormat format_;
  std::size_t max_size_;
  const Clock& clock_;
};

}  // namespace forage::redis
