#include "lease_protocol.h"

#include <charconv>

namespace forage::redis {

// pcall: under a lock's name may be something else than a string. That is nobody's lock.
const std::string_view kRenewScript = R"(local lost = {}
for number, lock in ipairs(KEYS) do
  if redis.pcall('GET', lock) == ARGV[1] then
    redis.call('PEXPIRE', lock, ARGV[2])
  else
    lost[#lost + 1] = number
  end
end
return lost
)";

const std::string_view kReleaseScript = R"(local ended = {}
for _, lock in ipairs(KEYS) do
  if redis.pcall('GET', lock) == ARGV[1] then
    redis.call('UNLINK', lock)
    local key = string.sub(lock, 7)
    ended[#ended + 1] = #key .. ':' .. key
  end
end
if #ended > 0 then redis.call('PUBLISH', ARGV[2], table.concat(ended)) end
return #ended
)";

std::string leaseChannel(int database) {
  return std::string(kLeasePrefix) + std::to_string(database);
}

std::string endedMessage(std::span<const std::string_view> keys) {
  std::string message;
  for (const std::string_view key : keys) {
    message.append(std::to_string(key.size())).append(1, ':').append(key);
  }
  return message;
}

std::optional<std::vector<Key>> readEndedKeys(std::string_view message) {
  std::vector<Key> keys;
  while (!message.empty()) {
    std::size_t size = 0;
    const char* const end = message.data() + message.size();
    const auto [after, error] = std::from_chars(message.data(), end, size);
    if (error != std::errc() || after == end || *after != ':') return std::nullopt;
    message.remove_prefix(static_cast<std::size_t>(after - message.data()) + 1);
    if (size > message.size()) return std::nullopt;
    keys.emplace_back(message.substr(0, size));
    message.remove_prefix(size);
  }
  return keys;
}

}  // namespace forage::redis
