// Fuzz target: whatever a REST API answers, in JSON or in RESP, its reader gives what was said, one
// reply for each command and no more than came; or it says that it is no answer.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "redis/fault.h"
#include "redis/json_replies.h"
#include "redis/rest_request.h"

namespace {

using forage::fuzz::expect;
using forage::redis::ConnectionError;
using forage::redis::Reply;
using forage::redis::RestCall;
using forage::redis::RestFormat;
using Form = forage::redis::RestCall::Form;
using Json = nlohmann::json;

std::string base64Of(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < n ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= n ? kAlphabet[bits >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return text;
}

Json written(const Reply& reply) {
  switch (reply.type) {
    case Reply::Type::kNil:
      return nullptr;
    case Reply::Type::kInteger:
      return reply.integer;
    case Reply::Type::kString:
      return base64Of(reply.text);
    case Reply::Type::kArray: {
      Json items = Json::array();
      for (const Reply& item : reply.items) items.push_back(written(item));
      return items;
    }
    case Reply::Type::kStatus:
    case Reply::Type::kError:
      break;
  }
  return reply.text;
}

Json written(const std::vector<Reply>& replies) {
  Json all = Json::array();
  for (const Reply& reply : replies) {
    const bool failed = reply.type == Reply::Type::kError;
    all.push_back({{failed ? "error" : "result", written(reply)}});
  }
  return all;
}

struct Size {
  std::size_t bytes = 0;
  std::size_t parts = 0;
};

void add(const Reply& reply, Size& size) {
  size.bytes += reply.text.size();
  ++size.parts;
  for (const Reply& item : reply.items) add(item, size);
}

void expectNoMoreThan(std::size_t limit, const std::vector<Reply>& replies) {
  Size read;
  for (const Reply& reply : replies) add(reply, read);
  expect(read.bytes <= limit, "there are no more bytes than came");
  expect(read.parts <= limit, "there are no more parts than came");
}

/// How many replies the JSON `text` holds; nothing where it is refused.
std::optional<std::size_t> checkJson(std::string_view text) {
  std::vector<Reply> replies;
  try {
    replies = forage::redis::readJsonReplies(text);
  } catch (const ConnectionError&) {
    return std::nullopt;
  }
  expectNoMoreThan(text.size(), replies);
  Json said = Json::parse(text);
  if (said.is_object()) said = Json::array({said});
  // As text: the comparison of numbers forgets which of them have a sign.
  expect(written(replies).dump() == said.dump(), "the replies are what was said");
  return replies.size();
}

/// Reads `response` as the answer to `count` commands.
void checkAnswer(const forage::Response& response, Form form, RestFormat format,
                 std::size_t count) {
  RestCall call{form, std::vector<std::size_t>(count)};
  std::iota(call.commands.begin(), call.commands.end(), std::size_t{0});
  forage::redis::RestRequest request;
  request.format = format;
  request.max_reply = response.body.size();
  std::vector<Reply> replies;
  try {
    replies = forage::redis::repliesOf(response, request, call);
  } catch (const ConnectionError&) {
    return;
  }
  expect(replies.size() == count, "each command has its reply");
  const bool repeated = replies.front().type == Reply::Type::kError;  // one for all of them
  expectNoMoreThan(response.body.size() * (repeated ? count : 1), replies);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const forage::Response response{200, {}, {}, std::string(forage::fuzz::textOf(data, size))};
  const std::optional<std::size_t> in_json = checkJson(response.body);
  const RestFormat format = in_json ? RestFormat::kBase64 : RestFormat::kResp2;
  checkAnswer(response, Form::kCommand, format, 1);
  checkAnswer(response, Form::kLookUps, format, 2);
  if (in_json.value_or(0) > 1) checkAnswer(response, Form::kPipeline, format, *in_json);
  return 0;
}
