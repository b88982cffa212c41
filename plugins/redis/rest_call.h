// Which commands of a pipeline go together in one request of the REST API, and in which form. Pure;
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "commands.h"

namespace forage::redis {

/// One request, and the commands it carries by their positions in the pipeline.
struct RestCall {
  enum class Form : std::uint8_t {
    kCommand,   ///< POST /, one command as JSON
    kLookUps,   ///< POST /, one MGET for several GETs
    kPipeline,  ///< POST /pipeline, several commands as JSON
    kPath,      ///< POST /COMMAND/ARGUMENT..., a SET's value as the body: takes any bytes
  };

  Form form = Form::kCommand;
  std::vector<std::size_t> commands;
};

struct RestPlan {
  std::vector<RestCall> calls;
  bool any_order = false;  ///< the calls may also be made all at once
};

/// How to send `commands`. JSON carries UTF-8 alone: what is anything else, or a large value, has a
/// request of its own.
[[nodiscard]] RestPlan planCalls(std::span<const Command> commands);

/// `call` as two. REQUIRES: it carries several commands.
[[nodiscard]] std::pair<RestCall, RestCall> halvesOf(const RestCall& call);

/// True: running `command` twice leaves the store as running it once does.
[[nodiscard]] bool isIdempotent(const Command& command) noexcept;
/// True: it may change the store.
[[nodiscard]] bool mayWrite(const Command& command) noexcept;

}  // namespace forage::redis
