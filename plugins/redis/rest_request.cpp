#include "rest_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "forage/version.h"
#include "json_replies.h"

namespace forage::redis {

namespace {

using Form = RestCall::Form;

constexpr std::size_t kReplyRoom = 64u << 10;  // of a response beside values and keys

void appendEncoded(std::string& path, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      path += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      path.append({'%', kHex[byte >> 4], kHex[byte & 0xf]});
    }
  }
}

void appendSegment(std::string& path, const Argument& argument) {
  path += '/';
  appendEncoded(path, argument.head);
  appendEncoded(path, argument.body);
}

// The value is the body, and what would follow it the query: "?PX=1000&NX", a flag without '='.
void writeSetPath(const Command& command, RestRequest& request) {
  appendSegment(request.target, command[0]);
  appendSegment(request.target, command[1]);
  request.value = {command[2].head, command[2].body};
  char separator = '?';
  for (std::size_t i = 3; i < command.size(); ++i) {
    request.target.append({separator}).append(command[i].head);
    if (command[i].head == "PX") request.target.append("=").append(command[++i].head);
    separator = '&';
  }
}

void appendString(std::string& json, const Argument& argument) {
  std::string text;
  text.reserve(argument.size());
  text.append(argument.head).append(argument.body);
  json += nlohmann::json(std::move(text)).dump();
}

void appendCommand(std::string& json, const Command& command) {
  char separator = '[';
  for (const Argument& argument : command) {
    json += separator;
    appendString(json, argument);
    separator = ',';
  }
  json += ']';
}

void writeBody(const RestCall& call, std::span<const Command> commands, std::string& json) {
  switch (call.form) {
    case Form::kCommand:
      return appendCommand(json, commands[call.commands.front()]);
    case Form::kLookUps:
      json = R"(["MGET")";
      for (const std::size_t index : call.commands) {
        json += ',';
        appendString(json, commands[index][1]);
      }
      json += ']';
      return;
    case Form::kPipeline:
      for (const std::size_t index : call.commands) {
        json += json.empty() ? '[' : ',';
        appendCommand(json, commands[index]);
      }
      json += ']';
      return;
    case Form::kPath:
      return;
  }
}

std::vector<Reply> readResp(std::string_view body, std::size_t limit) {
  ReplyReader reader(limit);
  std::vector<Reply> replies;
  while (!body.empty()) {
    const std::string_view slice = body.substr(0, ReplyReader::kSlice);
    body.remove_prefix(slice.size());
    reader.feed(slice);
    while (std::unique_ptr<Reply> reply = reader.next()) replies.push_back(std::move(*reply));
  }
  if (reader.isAmidReply()) throw ConnectionError(Fault::kProtocol, "it answers half a reply");
  return replies;
}

/// What the API itself says is JSON, whatever format was asked for.
bool isJson(std::string_view body) noexcept {
  const std::size_t at = body.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && (body[at] == '{' || body[at] == '[');
}

[[noreturn]] void refuse() {
  throw ConnectionError(Fault::kProtocol, "it answers something else than it was asked");
}

}  // namespace

RestRequest requestOf(const RestCall& call, std::span<const Command> commands, RestFormat format,
                      std::size_t max_reply) {
  RestRequest request;
  const bool resp = format == RestFormat::kResp2 && call.form != Form::kPipeline;
  request.format = resp ? RestFormat::kResp2 : RestFormat::kBase64;
  request.max_reply = (resp ? max_reply : max_reply / 3 * 4) + kReplyRoom;
  for (const std::size_t index : call.commands) {
    request.idempotent = request.idempotent && isIdempotent(commands[index]);
    request.writes = request.writes || mayWrite(commands[index]);
  }
  const Command& first = commands[call.commands.front()];
  if (call.form != Form::kPath) {
    request.target = call.form == Form::kPipeline ? "/pipeline" : "/";
    writeBody(call, commands, request.json);
  } else if (first.front().head == "SET") {
    writeSetPath(first, request);
  } else {
    for (const Argument& argument : first) appendSegment(request.target, argument);
  }
  return request;
}

std::string headOf(const RestRequest& request, const RestSite& site, std::string_view sync_token) {
  const std::size_t size = request.json.size() + request.value[0].size() + request.value[1].size();
  std::string head = "POST ";
  head.append(site.base)
      .append(request.target)
      .append(" HTTP/1.1\r\nHost: ")
      .append(site.authority);
  head.append("\r\nAuthorization: Bearer ").append(site.token);
  head.append("\r\nUser-Agent: forage/" FORAGE_VERSION "\r\nContent-Type: ");
  head.append(request.json.empty() ? "application/octet-stream" : "application/json");
  head.append("\r\nContent-Length: ").append(std::to_string(size));
  head.append(request.format == RestFormat::kResp2 ? "\r\nUpstash-Response-Format: resp2"
                                                   : "\r\nUpstash-Encoding: base64");
  if (!sync_token.empty()) head.append("\r\nUpstash-Sync-Token: ").append(sync_token);
  return head.append("\r\n\r\n");
}

std::optional<ConnectionError> refusalIn(const Response& response) {
  if (response.status == 200 || response.status == 400) return std::nullopt;
  const std::string status = std::to_string(response.status);
  if (response.status == 401 || response.status == 403) {
    return ConnectionError(
        Fault::kRefused, "it does not take the token (" + status + "): check [cache.redis] token");
  }
  if (isPutOff(response.status)) {
    return ConnectionError(Fault::kRefused, "it cannot answer now (" + status + ")");
  }
  return ConnectionError(
      Fault::kProtocol, "it answers " + status + ": [cache] url wants that of an Upstash REST API");
}

std::vector<Reply> repliesOf(const Response& response, const RestRequest& request,
                             const RestCall& call) {
  const bool json = isJson(response.body);
  std::vector<Reply> replies =
      json ? readJsonReplies(response.body) : readResp(response.body, request.max_reply);
  if (replies.size() == 1 && replies.front().type == Reply::Type::kError) {
    const Reply error = std::move(replies.front());
    replies.assign(call.commands.size(), error);  // none of the commands was run
    return replies;
  }
  // A result in JSON that nobody asked for would hold its strings as they are.
  if (response.status != 200 || json != (request.format == RestFormat::kBase64)) refuse();
  if (call.form == Form::kLookUps) {
    if (replies.size() != 1 || replies.front().type != Reply::Type::kArray) refuse();
    replies = std::exchange(replies.front().items, {});
  }
  if (replies.size() != call.commands.size()) refuse();
  return replies;
}

}  // namespace forage::redis
