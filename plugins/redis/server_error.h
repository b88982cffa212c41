// What an error reply of Redis means for a cache. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace forage::redis {

enum class Verdict : std::uint8_t {
  kRetryLater,   ///< the server cannot answer now: loading, busy, without its master ...
  kReconnect,    ///< this server takes no writes; another connection may lead to one that does
  kNotAllowed,   ///< user, password or rights are wrong
  kOutOfMemory,  ///< it will not store this
  kWrongType,    ///< under this key is no string
  kTooLarge,     ///< request or reply is beyond what the server takes
  kUnknown,      ///< the server does not know the command
  kOther,
};

[[nodiscard]] Verdict judge(std::string_view error) noexcept;

/// To a GET: under the key is something, and nothing that can be had.
[[nodiscard]] constexpr bool isNoValue(Verdict verdict) noexcept {
  return verdict == Verdict::kWrongType || verdict == Verdict::kTooLarge;
}
/// To a SET: the server will not keep this, and is well otherwise.
[[nodiscard]] constexpr bool isNoStore(Verdict verdict) noexcept {
  return verdict == Verdict::kOutOfMemory || verdict == Verdict::kTooLarge;
}

/// True: the user has no right to it, or the server does not know it.
[[nodiscard]] bool willLast(std::string_view error) noexcept;

/// What a user needs who looks up, stores, erases and lists, for explain().
inline constexpr std::string_view kRightsForEntries =
    "allow GET SET UNLINK SCAN PTTL SELECT, in a cluster ASKING too, on url:* keys";

/// `error` as one line for a message, with the cure where we know one; `rights` are those that are
/// missing where it says that some are. What the server says of arguments is left out: they may be
/// secrets.
[[nodiscard]] std::string explain(std::string_view error,
                                  std::string_view rights = kRightsForEntries);

/// explain() of what was said to a sign-in; says less where the server, or a proxy, quotes one of
/// the `secrets` that it was sent.
[[nodiscard]] std::string explainRefusal(std::string_view error,
                                         std::initializer_list<std::string_view> secrets);

}  // namespace forage::redis
