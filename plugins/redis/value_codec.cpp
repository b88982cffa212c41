#include "value_codec.h"

#include <utility>

#include "forage/cache_key.h"
#include "forage/visit.h"
#include "utf8.h"

namespace forage::redis {

namespace {

constexpr int kOk = 200;

}  // namespace

std::optional<StoredValue> ValueCodec::encode(const EntryPtr& entry) const {
  std::optional<StoredValue> value;
  if (format_ == ValueFormat::kBody) {
    value = encodeBody(entry);
  } else {
    value = StoredValue{encodeEntryHead(*entry), entry->body(), nullptr};
  }
  if (value && value->size() > max_size_) return std::nullopt;
  return value;
}

// One of several variants would be taken for the only one, a text that begins as a whole response
// does for one, and what is no UTF-8 would be no text to whoever else reads it.
std::optional<StoredValue> ValueCodec::encodeBody(const EntryPtr& entry) const {
  const bool is_page = entry->status() == kOk && !isHeadKey(entry->key());
  if (!is_page || !entry->variant().empty()) return std::nullopt;
  StoredValue value{{}, entry->body(), nullptr};
  const std::string codings = entry->headers().joined("Content-Encoding");
  if (!codings.empty()) {
    // Of several codings an unknown one may remain.
    if (codings.find(',') != std::string::npos) return std::nullopt;
    Visit visit;
    visit.response = entry;
    visit.max_content = max_size_;
    value.body = visit.content();
    value.text = visit.decoded;
    if (!value.text) return std::nullopt;  // damaged, unknown, or larger than that
  }
  if (!isUtf8(value.body) || isStoredEntry(value.body)) return std::nullopt;
  return value;
}

EntryPtr ValueCodec::decode(const Key& key, std::string&& value) const {
  if (value.size() > max_size_) return nullptr;
  return format_ == ValueFormat::kBody ? decodeBody(key, std::move(value))
                                       : decodeEntry(key, std::move(value));
}

EntryPtr ValueCodec::decodeBody(const Key& key, std::string&& value) const {
  // Kept as a whole response by a job with the other format: its head is no part of the page, and
  // where it is damaged there is no page.
  if (isStoredEntry(value)) return decodeEntry(key, std::move(value));
  Response response;
  response.status = kOk;
  response.reason = "OK";
  response.body = std::move(value);
  const WallTime now = clock_.wallNow();
  return std::make_shared<const Entry>(key, std::move(response), now, now, WallTime::max());
}

}  // namespace forage::redis
