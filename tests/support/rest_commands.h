// Commands of a REST request, run by a real Redis, and their replies in the forms that REST has.
// Not thread-safe.
#pragma once

#include <hiredis/hiredis.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace forage::test {

using RestCommand = std::vector<std::string>;

struct FreeRedisReply {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using RedisReplyPtr = std::unique_ptr<redisReply, FreeRedisReply>;

/// One connection, over a unix socket.
class RestBackend {
 public:
  /// Throws std::runtime_error: nobody answers there.
  explicit RestBackend(const std::filesystem::path& socket);

  /// Throws std::runtime_error: no answer.
  RedisReplyPtr run(const RestCommand& command);

 private:
  struct FreeContext {
    void operator()(redisContext* context) const noexcept { redisFree(context); }
  };
  std::unique_ptr<redisContext, FreeContext> context_;
};

/// {"result": ...} or {"error": "..."}; strings in base64 if `base64`, but for OK.
[[nodiscard]] nlohmann::json toJson(const redisReply& reply, bool base64);
/// As Redis itself would have sent it.
[[nodiscard]] std::string toResp(const redisReply& reply);

/// A command out of one JSON array. Throws std::runtime_error: it is none.
[[nodiscard]] RestCommand commandOf(const nlohmann::json& json);
/// A command out of a path form: segments, then the body, then what the query adds.
[[nodiscard]] RestCommand commandOf(const std::string& target, const std::string& body);

}  // namespace forage::test
