#include "origin/reply.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace forage::origin {

Reply typed(std::string_view type, std::string body) {
  Reply reply;
  reply.fields.append("Content-Type: ").append(type).append("\r\n");
  reply.body = std::move(body);
  return reply;
}

Reply html(std::string text) { return typed("text/html; charset=utf-8", std::move(text)); }

Reply json(const nlohmann::ordered_json& value) {
  // Header bytes need not be UTF-8; JSON must be.
  return typed("application/json",
               value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

Reply notModified(std::string fields) {
  Reply reply;
  reply.status = 304;
  reply.fields = std::move(fields);
  return reply;
}

Reply failure(int status, std::string_view text) {
  Reply reply = typed("text/plain", std::string(text).append("\n"));
  reply.status = status;
  return reply;
}

Reply badArgument(std::string_view wanted) {
  return failure(400, std::string("expected ").append(wanted));
}

}  // namespace forage::origin
