#include "support/rest_commands.h"

#include <openssl/evp.h>

#include <stdexcept>
#include <string_view>

namespace forage::test {

namespace {

using nlohmann::json;

std::string encoded(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string_view textOf(const redisReply& reply) { return {reply.str, reply.len}; }

json valueOf(const redisReply& reply, bool base64) {
  switch (reply.type) {
    case REDIS_REPLY_NIL:
      return nullptr;
    case REDIS_REPLY_INTEGER:
      return reply.integer;
    case REDIS_REPLY_ARRAY: {
      json items = json::array();
      for (std::size_t i = 0; i < reply.elements; ++i) {
        items.push_back(valueOf(*reply.element[i], base64));
      }
      return items;
    }
    default: {
      const bool plain = !base64 || (reply.type == REDIS_REPLY_STATUS && textOf(reply) == "OK");
      return plain ? std::string(textOf(reply)) : encoded(textOf(reply));
    }
  }
}

std::string decoded(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      bytes += text[i];
      continue;
    }
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return bytes;
}

/// The parts of `text` between separators.
std::vector<std::string_view> partsOf(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(separator));
    parts.push_back(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return parts;
}

}  // namespace

RestBackend::RestBackend(const std::filesystem::path& socket)
    : context_(redisConnectUnixWithTimeout(socket.c_str(), timeval{10, 0})) {
  if (!context_ || context_->err != 0) throw std::runtime_error("redis-server is not there");
}

RedisReplyPtr RestBackend::run(const RestCommand& command) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& argument : command) {
    texts.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  RedisReplyPtr reply(static_cast<redisReply*>(redisCommandArgv(
      context_.get(), static_cast<int>(command.size()), texts.data(), sizes.data())));
  if (!reply) throw std::runtime_error("redis-server does not answer");
  return reply;
}

json toJson(const redisReply& reply, bool base64) {
  if (reply.type == REDIS_REPLY_ERROR) return {{"error", std::string(textOf(reply))}};
  return {{"result", valueOf(reply, base64)}};
}

std::string toResp(const redisReply& reply) {
  const std::string text(reply.str != nullptr ? textOf(reply) : "");
  switch (reply.type) {
    case REDIS_REPLY_NIL:
      return "$-1\r\n";
    case REDIS_REPLY_INTEGER:
      return ":" + std::to_string(reply.integer) + "\r\n";
    case REDIS_REPLY_STATUS:
      return "+" + text + "\r\n";
    case REDIS_REPLY_ERROR:
      return "-" + text + "\r\n";
    case REDIS_REPLY_ARRAY: {
      std::string items = "*" + std::to_string(reply.elements) + "\r\n";
      for (std::size_t i = 0; i < reply.elements; ++i) items += toResp(*reply.element[i]);
      return items;
    }
    default:
      return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
  }
}

RestCommand commandOf(const json& json) {
  if (!json.is_array() || json.empty()) throw std::runtime_error("ERR failed to parse command");
  RestCommand command;
  for (const auto& argument : json) {
    if (argument.is_structured()) throw std::runtime_error("ERR failed to parse command");
    command.push_back(argument.is_string() ? argument.get<std::string>() : argument.dump());
  }
  return command;
}

RestCommand commandOf(const std::string& target, const std::string& body) {
  const std::size_t mark = std::min(target.find('?'), target.size());
  RestCommand command;
  for (const std::string_view segment :
       partsOf(std::string_view(target).substr(1, mark - 1), '/')) {
    command.push_back(decoded(segment));
  }
  if (!body.empty()) command.push_back(body);
  if (mark == target.size()) return command;
  for (const std::string_view pair : partsOf(std::string_view(target).substr(mark + 1), '&')) {
    for (const std::string_view word : partsOf(pair, '=')) command.push_back(decoded(word));
  }
  return command;
}

}  // namespace forage::test
