// A line of JSON as a request of `forage pipe`.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "forage/config.h"
#include "forage/json_text.h"
#include "pipe_source.h"

namespace forage::app {

namespace {

using nlohmann::json;

constexpr std::string_view kKeys[] = {"id",   "url",      "method",  "headers",
                                      "body", "body_b64", "redirect"};
constexpr int kMaxDepth = 3;
constexpr std::size_t kMaxFields = 1'000;
constexpr std::size_t kMaxValues = 3 * kMaxFields + 32;  // each field is a list of two; keys count
constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";

struct Malformed {
  std::string why;
};

bool isToken(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kTokenMarks.find(c) != std::string_view::npos;
  });
}

const std::string& textOf(const json& value, const char* what) {
  if (!value.is_string()) throw Malformed{std::string(what) + " wants text"};
  return value.get_ref<const std::string&>();
}

void readHeaders(const json& fields, Headers& headers) {
  if (fields.is_null()) return;
  if (!fields.is_array()) throw Malformed{"headers wants a list of [\"name\", \"value\"]"};
  if (fields.size() > kMaxFields) {
    throw Malformed{"headers has more than " + std::to_string(kMaxFields) + " fields"};
  }
  for (const json& field : fields) {
    if (!field.is_array() || field.size() != 2) {
      throw Malformed{"headers wants a list of [\"name\", \"value\"]"};
    }
    const std::string& name = textOf(field[0], "the name of a header field");
    const std::string& value = textOf(field[1], "the value of a header field");
    if (!isToken(name)) throw Malformed{"the name of a header field is no token"};
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      throw Malformed{"the value of " + name + " holds a line break"};
    }
    headers.add(name, value);
  }
}

void readBody(const json& object, RequestSpec& request) {
  const auto body = object.find("body");
  const auto coded = object.find("body_b64");
  const bool has_text = body != object.end() && !body->is_null();
  const bool has_coded = coded != object.end() && !coded->is_null();
  if (has_text && has_coded) throw Malformed{"body and body_b64 contradict each other"};
  if (has_text) request.body = textOf(*body, "body");
  if (!has_coded) return;
  std::optional<std::string> bytes = decodeBase64(textOf(*coded, "body_b64"));
  if (!bytes) throw Malformed{"body_b64 is no Base64"};
  request.body = *std::move(bytes);
}

void checkKeys(const json& object) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys)) continue;
    const std::string_view near = nearest(key, {std::begin(kKeys), std::end(kKeys)});
    throw Malformed{
        "unknown key \"" + key.substr(0, 64) + "\"" +
        (near.empty() ? std::string() : ", did you mean \"" + std::string(near) + "\"?") +
        " (known: id url method headers body body_b64 redirect)"};
  }
}

void readRequest(const json& object, RequestSpec& request) {
  checkKeys(object);
  if (!object.contains("url")) throw Malformed{"url is missing"};
  request.url = textOf(object["url"], "url");
  if (object.contains("method") && !object["method"].is_null()) {
    request.method = textOf(object["method"], "method");
    if (!isToken(request.method)) throw Malformed{"method is no token"};
  }
  if (object.contains("headers")) readHeaders(object["headers"], request.headers);
  readBody(object, request);
  if (!object.contains("redirect") || object["redirect"].is_null()) return;
  const std::string& redirect = textOf(object["redirect"], "redirect");
  if (redirect != "follow" && redirect != "manual") {
    throw Malformed{"redirect wants \"follow\" or \"manual\""};
  }
  request.follow_redirects = redirect == "follow";
}

/// Sees a line being read. A small value takes many times its text, so that a line is bounded by
/// how many it may hold and how deep they lie, not by its length alone.
class Bound final {
 public:
  /// `id` becomes that of the request once it has been read.
  explicit Bound(std::string& id) noexcept : id_(id) {}

  /// Throws Malformed for what no request has.
  void see(int depth, json::parse_event_t event, const json& parsed) {
    using Event = json::parse_event_t;
    if (event == Event::object_end || event == Event::array_end) return;
    if (depth > kMaxDepth) throw Malformed{"holds values that lie deeper than those of a request"};
    if (++values_ > kMaxValues) {
      throw Malformed{"holds more values than a request with " + std::to_string(kMaxFields) +
                      " header fields"};
    }
    if (depth != 1) return;
    if (event == Event::key) is_id_ = parsed == "id";
    if (event == Event::value && is_id_) {
      id_ = parsed.dump(-1, ' ', false, json::error_handler_t::replace);
    }
  }

 private:
  std::string& id_;
  std::size_t values_ = 0;
  bool is_id_ = false;
};

/// Throws Malformed.
json parse(std::string_view line, std::string& id) {
  Bound bound(id);
  json object = json::parse(
      line,
      [&bound](int depth, json::parse_event_t event, json& parsed) {
        bound.see(depth, event, parsed);
        return true;
      },
      false);
  const bool is_odd = object.is_object() && object.contains("id") && object["id"].is_structured();
  if (object.is_object() && !is_odd) return object;
  id = "null";
  if (is_odd) throw Malformed{"id wants a number, text, true, false or null"};
  throw Malformed{object.is_discarded() ? "no JSON" : "no JSON object"};
}

}  // namespace

bool parsePipeRequest(std::string_view line, RequestSpec& request, std::string& id,
                      std::string& why) {
  id = "null";
  try {
    readRequest(parse(line, id), request);
  } catch (const Malformed& malformed) {
    why = malformed.why;
    return false;
  }
  request.tag = id;
  return true;
}

}  // namespace forage::app
