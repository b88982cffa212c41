#include "script.h"

#include <Poco/DigestEngine.h>
#include <Poco/SHA1Engine.h>

#include <utility>

#include "commands.h"

namespace forage::redis {

namespace {

std::string digestOf(std::string_view text) {
  Poco::SHA1Engine sha1;
  sha1.update(text.data(), text.size());
  return Poco::DigestEngine::digestToHex(sha1.digest());
}

}  // namespace

Script::Script(std::string_view text) : text_(text), digest_(digestOf(text)) {}

Reply Script::run(Transport& transport, std::string_view prefix,
                  std::span<const std::string_view> keys,
                  std::initializer_list<std::string_view> arguments, Problem& problem) const {
  const auto attempt = [&](std::string_view command, std::string_view script) {
    Commands commands;
    commands.begin(3 + keys.size() + arguments.size());
    commands.add(command);
    commands.add(script);
    commands.add(static_cast<long long>(keys.size()));
    for (const std::string_view key : keys) commands.add(prefix, key);
    for (const std::string_view argument : arguments) commands.add(argument);
    Reply answer;
    transport.exchange(commands, problem,
                       [&](std::size_t, Reply&& reply) { answer = std::move(reply); });
    return answer;
  };
  Reply reply = attempt("EVALSHA", digest_);
  if (reply.type == Reply::Type::kError && reply.text.starts_with("NOSCRIPT")) {
    reply = attempt("EVAL", text_);
  }
  if (reply.type == Reply::Type::kError) problem.note(reply.text);
  return reply;
}

}  // namespace forage::redis
