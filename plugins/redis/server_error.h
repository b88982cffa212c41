// What an error reply of Redis means for a cache. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace forage::redis {

enum class Verdict : std::uint8_t {
  kRetryLater,   ///< the server cannot answer now: loading, busy, without its master ...
  kReconnect,    ///< this server takes no writes; another connection may lead to one that does
  kNotAllowed,   ///< user, password or rights are wrong
  kOutOfMemory,  ///< it will not store this
  kWrongType,    ///< under this key is no string
  kUnknown,      ///< the server does not know the command
  kOther,
};

[[nodiscard]] Verdict judge(std::string_view error) noexcept;

/// True: the user has no right to it, or the server does not know it.
[[nodiscard]] bool willLast(std::string_view error) noexcept;

/// What a user needs who looks up, stores, erases and lists, for explain().
inline constexpr std::string_view kRightsForEntries =
    "allow GET SET UNLINK SCAN PTTL SELECT on url:* keys";

/// `error` as one line for a message, with the cure where we know one; `rights` are those that are
/// missing where it says that some are. What the server says of arguments is left out: they may be
/// secrets.
[[nodiscard]] std::string explain(std::string_view error,
                                  std::string_view rights = kRightsForEntries);

}  // namespace forage::redis
