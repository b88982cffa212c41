#include "support/rest_api.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <stdexcept>
#include <string_view>

namespace forage::test {

namespace {

using nlohmann::json;

/// What ends a request without a reply of Redis.
struct Refusal {
  int status;
  std::string error;
};

std::string nameOf(const RestCommand& command) {
  std::string name = command.empty() ? "" : command.front();
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

bool isOneOf(const std::string& name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

bool isLookUp(const RestCommand& command) { return isOneOf(nameOf(command), {"GET", "MGET"}); }

bool isWrite(const RestCommand& command) {
  return isOneOf(nameOf(command), {"SET", "DEL", "UNLINK", "EVAL", "PEXPIRE", "FLUSHALL", "LPUSH"});
}

/// What one connection for each request cannot have.
bool isUnavailable(const RestCommand& command) {
  return isOneOf(nameOf(command), {"SELECT", "AUTH", "HELLO", "CLIENT", "MULTI", "WATCH", "BLPOP",
                                   "SUBSCRIBE", "PSUBSCRIBE", "MONITOR"});
}

std::size_t sizeOf(const redisReply& reply) {
  std::size_t size = reply.len;
  for (std::size_t i = 0; i < reply.elements; ++i) size += sizeOf(*reply.element[i]);
  return size;
}

std::string tooLarge(std::size_t limit, std::size_t actual) {
  return "ERR max request size exceeded. Limit: " + std::to_string(limit) +
         " bytes, Actual: " + std::to_string(actual) + " bytes";
}

// What is no UTF-8 is replaced, as Upstash does.
std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string tokenOf(std::uint64_t writes) { return "front:" + std::to_string(writes); }

}  // namespace

RestAnswer RestApi::answerTo(const RestSeen& seen) {
  try {
    check(seen);
    return seen.target == "/pipeline" ? pipeline(seen) : single(seen);
  } catch (const Refusal& refusal) {
    return {refusal.status, "application/json", json({{"error", refusal.error}}).dump()};
  } catch (const std::exception& error) {
    return {400, "application/json", json({{"error", error.what()}}).dump()};
  }
}

void RestApi::check(const RestSeen& seen) const {
  if (seen.authorization != "Bearer " + config_.token) {
    throw Refusal{401, "WRONGPASS invalid or missing auth token"};
  }
  if (!isOneOf(seen.method, {"GET", "HEAD", "POST", "PUT"})) {
    throw Refusal{405, "ERR method not allowed"};
  }
  if (seen.body.size() > config_.max_request) {
    throw Refusal{400, tooLarge(config_.max_request, seen.body.size())};
  }
  const bool resp = seen.format == "resp2" && config_.resp2;
  if (seen.format != "json" && !resp) throw Refusal{400, "ERR unknown response format"};
  if (resp && seen.encoding == "base64") throw Refusal{400, "ERR base64 and resp2"};
  // How RESP2 would be framed there is not documented: nobody is to count on it.
  if (resp && seen.target == "/pipeline") throw Refusal{400, "ERR resp2 in a pipeline"};
}

bool RestApi::wantsBase64(const RestSeen& seen) const {
  return seen.encoding == "base64" && config_.base64;
}

RestAnswer RestApi::single(const RestSeen& seen) {
  const std::string path = seen.target.substr(0, seen.target.find('?'));
  const RestCommand command =
      path == "/" ? commandOf(json::parse(seen.body)) : commandOf(seen.target, seen.body);
  RestBackend backend(socket_);
  const RedisReplyPtr reply = run(backend, command, seen.sync_token);
  const int status = reply->type == REDIS_REPLY_ERROR ? 400 : 200;
  if (seen.format == "resp2") return {status, "application/octet-stream", toResp(*reply)};
  return {status, "application/json", dump(toJson(*reply, wantsBase64(seen)))};
}

RestAnswer RestApi::pipeline(const RestSeen& seen) {
  const json commands = json::parse(seen.body);
  if (!commands.is_array() || commands.empty()) {
    throw Refusal{400, "ERR failed to parse pipeline request"};
  }
  RestBackend backend(socket_);
  json answers = json::array();
  std::size_t size = 0;
  for (const json& one : commands) {
    const RedisReplyPtr reply = run(backend, commandOf(one), seen.sync_token);
    size += sizeOf(*reply);
    answers.push_back(toJson(*reply, wantsBase64(seen)));
  }
  if (size > config_.max_request) throw Refusal{400, tooLarge(config_.max_request, size)};
  return {200, "application/json", dump(answers)};
}

RedisReplyPtr RestApi::run(RestBackend& backend, const RestCommand& command,
                           const std::string& token) {
  if (isUnavailable(command)) throw Refusal{400, "ERR Command is not available"};
  if (isWrite(command)) {
    RedisReplyPtr reply = backend.run(command);
    const std::lock_guard lock(mutex_);
    ++writes_;
    return reply;
  }
  if (config_.lags && isLookUp(command) && isStale(token)) {
    RestCommand absent = command;
    for (std::size_t i = 1; i < absent.size(); ++i) absent[i] = "absent:" + absent[i];
    return backend.run(absent);
  }
  RedisReplyPtr reply = backend.run(command);
  const std::size_t size = sizeOf(*reply);
  if (size > config_.max_request) throw Refusal{400, tooLarge(config_.max_request, size)};
  return reply;
}

bool RestApi::isStale(const std::string& token) const {
  const std::lock_guard lock(mutex_);
  return writes_ > 0 && token != tokenOf(writes_);
}

std::string RestApi::syncToken() const {
  const std::lock_guard lock(mutex_);
  return tokenOf(writes_);
}

}  // namespace forage::test
