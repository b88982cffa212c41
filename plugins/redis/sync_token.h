// The newest Upstash-Sync-Token: sent back, it has a replica answer no older than what we have
// written or seen. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace forage::redis {

class SyncToken {
 public:
  /// One as it was sent.
  struct Sent {
    std::string text;
    std::uint64_t generation = 0;
  };

  [[nodiscard]] Sent current() const;
  /// Takes the token of the response to a request that carried `sent`. That of a mere look-up does
  /// not take the place of one that came since: it may be the older one. What is no token is left
  /// alone.
  void received(std::string_view text, const Sent& sent, bool wrote);

 private:
  mutable std::mutex mutex_;  // guards newest_
  Sent newest_;
};

}  // namespace forage::redis
