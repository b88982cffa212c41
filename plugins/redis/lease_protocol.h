// What processes that share leases agree on: the names of locks and of the channel, the scripts,
// and the form of what is published. docs/adr/0011-leases.md. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forage/entry.h"

namespace forage::redis {

/// A lock is the key "lease:" + the key that is leased: nothing that a pattern such as "url:*"
/// shows.
inline constexpr std::string_view kLeasePrefix = "lease:";
/// Longer keys have no lease, so that messages are bounded. No run makes a key as long.
inline constexpr std::size_t kMaxLeasedKey = 4u << 10;
/// Keys of one call of a script, and so of one message.
inline constexpr std::size_t kLeasesPerCall = 64;

/// Channels know no databases: each database has one of its own.
[[nodiscard]] std::string leaseChannel(int database);

/// KEYS: locks; ARGV: token, life in milliseconds. Lengthens what still carries the token, and
/// returns the numbers of the others, from 1.
extern const std::string_view kRenewScript;

/// KEYS: locks; ARGV: token, channel. Deletes what still carries the token, publishes it, and
/// returns how many there were.
extern const std::string_view kReleaseScript;

/// What is published about the end of the leases of `keys`: "<size>:<bytes>", one after the other,
/// of any bytes.
[[nodiscard]] std::string endedMessage(std::span<const std::string_view> keys);

/// The keys that `message` of a channel tells of. Nothing for what is no such message.
[[nodiscard]] std::optional<std::vector<Key>> readEndedKeys(std::string_view message);

}  // namespace forage::redis
