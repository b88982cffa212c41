// The locks behind leases, as Redis is spoken to about them: set where there are none, renewed,
// deleted with those who wait being told. Keeps nothing itself: which are held is for held_leases.h
// to know. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forage/clock.h"
#include "forage/entry.h"
#include "options.h"
#include "problem.h"
#include "reply_reader.h"
#include "script.h"
#include "transport.h"

namespace forage::redis {

/// A lock that is there.
struct LockState {
  bool ours = false;  ///< it carries our token: what was set by a call whose answer never came
  TimePoint until{};  ///< now: it is gone
  TimePoint sure{};   ///< it lasts so long at least
};

/// A lock that is asked for, and what became of that.
struct LockAttempt {
  enum class Answer : std::uint8_t {
    kNone,     ///< the server refuses
    kSet,      ///< it is ours now
    kMissing,  ///< the same, and there was no entry of its key by then
    kThere,    ///< there is one
    kNoRoom,   ///< the server has no memory for it
  };

  const Key* key;
  std::size_t index;  ///< the caller's
  Answer answer = Answer::kNone;
};

class LeaseLocks {
 public:
  /// What a user needs for them, for messages.
  static constexpr std::string_view kRights =
      "allow SET GET EXISTS PTTL PEXPIRE UNLINK EVAL EVALSHA on lease:* keys, PUBLISH SUBSCRIBE "
      "PING on &lease:*, or set [cache.redis] lease = \"0s\"";

  /// `transport` outlives it.
  LeaseLocks(Transport& transport, const Options& options);

  [[nodiscard]] Millis life() const noexcept { return life_; }
  [[nodiscard]] const std::string& channel() const noexcept { return channel_; }

  /// Sets what is free, in one pipeline. What is refused is noted in `problem`. Throws
  /// ConnectionError: some may have been set, until their life ends.
  void set(std::span<LockAttempt> attempts, Problem& problem);
  /// What is known of the locks of `keys`. What is refused is noted in `problem`. Throws
  /// ConnectionError.
  [[nodiscard]] std::vector<LockState> look(std::span<const std::string_view> keys,
                                            Problem& problem);
  /// Begins their life anew. Returns the indices of those that are not ours any more, or nothing:
  /// Redis did not do it. What it refuses is noted in `problem`.
  [[nodiscard]] std::optional<std::vector<std::size_t>> renew(
      std::span<const std::string_view> keys, Problem& problem) noexcept;
  /// Deletes those of `keys` that are ours, and publishes it. All of them last until `until` at
  /// least: where that leaves time enough they are deleted without a look at the token. Returns
  /// false: Redis did not do it. What it refuses is noted in `problem`.
  [[nodiscard]] bool end(std::span<const std::string_view> keys, TimePoint until,
                         Problem& problem) noexcept;

 private:
  [[nodiscard]] static LockAttempt::Answer answerOf(const Reply& reply, Problem& problem);
  [[nodiscard]] TimePoint endOf(const Reply& reply) const noexcept;
  bool deleteUnseen(std::span<const std::string_view> keys, TimePoint latest, Problem& problem);
  std::optional<Reply> run(const Script& script, std::span<const std::string_view> keys,
                           std::string_view argument, Problem& problem) noexcept;

  Transport& transport_;
  const Millis life_;
  const Millis answer_time_;  // of a command that is sent now, at most
  const Millis margin_;       // of one that is still to be sent, on a new connection if need be
  const std::string life_text_;
  const std::string token_;  // what our locks hold, and nobody else's
  const std::string channel_;
  const Script renew_script_;
  const Script release_script_;
};

}  // namespace forage::redis
