#include "json_replies.h"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "base64.h"
#include "fault.h"

namespace forage::redis {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxJsonDepth = 7;  // of arrays within a result, as hiredis has it
constexpr std::size_t kMaxJsonItems = 100'000;

/// Takes what the parser sees; whatever does not belong where it stands ends the parsing. No tree
/// of JSON is made: a hostile one would take many times its size.
class Builder final : public Json::json_sax_t {
 public:
  std::vector<Reply> replies;

  bool null() override {
    return add([](Reply&) {});
  }
  bool boolean(bool) override { return false; }
  bool number_integer(number_integer_t value) override {
    return add([&](Reply& reply) {
      reply.type = Reply::Type::kInteger;
      reply.integer = value;
    });
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX)) return false;
    return number_integer(static_cast<number_integer_t>(value));
  }
  bool number_float(number_float_t, const string_t&) override { return false; }
  bool binary(binary_t&) override { return false; }

  bool string(string_t& value) override {
    if (place_ == Place::kError) {
      return add([&](Reply& reply) {
        reply.type = Reply::Type::kError;
        reply.text = std::move(value);
      });
    }
    if (value == "OK") {  // as base64 it would be "T0s="
      return add([&](Reply& reply) {
        reply.type = Reply::Type::kStatus;
        reply.text = std::move(value);
      });
    }
    std::optional<std::string> decoded = decodeBase64(value);
    return decoded && add([&](Reply& reply) {
             reply.type = Reply::Type::kString;
             reply.text = *std::move(decoded);
           });
  }

  bool start_object(std::size_t) override {
    if (place_ != Place::kReply || (!is_pipeline_ && !replies.empty())) return false;
    place_ = Place::kKey;
    replies.emplace_back();
    return ++items_ <= kMaxJsonItems;
  }
  bool key(string_t& name) override {
    if (place_ != Place::kKey || (name != "result" && name != "error")) return false;
    place_ = name == "error" ? Place::kError : Place::kResult;
    return true;
  }
  bool end_object() override {
    if (place_ != Place::kEnd) return false;
    place_ = Place::kReply;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::kReply && !is_pipeline_ && replies.empty()) {
      is_pipeline_ = true;
      return true;
    }
    if (place_ != Place::kResult || open_.size() == kMaxJsonDepth) return false;
    Reply* const reply = next();
    if (reply == nullptr) return false;
    reply->type = Reply::Type::kArray;
    open_.push_back(reply);
    return true;
  }
  bool end_array() override {
    if (open_.empty()) return true;  // of the pipeline
    open_.pop_back();
    if (open_.empty()) place_ = Place::kEnd;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  enum class Place {
    kReply,   ///< where an object may begin
    kKey,     ///< in an object
    kResult,  ///< at the value of "result", or within it
    kError,   ///< at the value of "error"
    kEnd,     ///< after the one member of an object
  };

  /// Where the next value goes; null: there may be none. What it points to stays in place until its
  /// array is closed, since nothing is put beside it before.
  Reply* next() {
    if (++items_ > kMaxJsonItems) return nullptr;
    if (open_.empty()) return &replies.back();
    return &open_.back()->items.emplace_back();
  }

  template <typename Fill>
  bool add(Fill&& fill) {
    if (place_ != Place::kResult && place_ != Place::kError) return false;
    Reply* const reply = next();
    if (reply == nullptr) return false;
    fill(*reply);
    // An error has to be one.
    if (place_ == Place::kError && reply->type != Reply::Type::kError) return false;
    if (open_.empty()) place_ = Place::kEnd;
    return true;
  }

  Place place_ = Place::kReply;
  bool is_pipeline_ = false;
  std::size_t items_ = 0;
  std::vector<Reply*> open_;  // arrays, the innermost last
};

}  // namespace

std::vector<Reply> readJsonReplies(std::string_view json) {
  Builder builder;
  if (!Json::sax_parse(json.begin(), json.end(), &builder)) {
    throw ConnectionError(Fault::kProtocol, "what it answers is no JSON of the REST API");
  }
  return std::move(builder.replies);
}

}  // namespace forage::redis
