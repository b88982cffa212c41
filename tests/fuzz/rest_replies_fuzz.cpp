// Fuzz target: whatever a REST API answers, its reader gives replies that no reply can outgrow, and
// that read the same when they are written again; or it says that they are none.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "redis/fault.h"
#include "redis/json_replies.h"

namespace {

using forage::fuzz::expect;
using forage::redis::Reply;
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

std::string written(const std::vector<Reply>& replies) {
  Json all = Json::array();
  for (const Reply& reply : replies) {
    const bool failed = reply.type == Reply::Type::kError;
    all.push_back({{failed ? "error" : "result", written(reply)}});
  }
  return all.dump();
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json = forage::fuzz::textOf(data, size);
  std::vector<Reply> replies;
  try {
    replies = forage::redis::readJsonReplies(json);
  } catch (const forage::redis::ConnectionError&) {
    return 0;
  }
  Size read;
  for (const Reply& reply : replies) add(reply, read);
  expect(read.bytes <= json.size(), "there are no more bytes than came");
  expect(read.parts <= json.size(), "there are no more parts than came");
  const std::string again = written(replies);
  expect(written(forage::redis::readJsonReplies(again)) == again, "what is written reads the same");
  return 0;
}
