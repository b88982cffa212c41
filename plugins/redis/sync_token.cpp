#include "sync_token.h"

#include <algorithm>
#include <cstddef>

namespace forage::redis {

namespace {

constexpr std::size_t kMaxToken = 1024;

}  // namespace

SyncToken::Sent SyncToken::current() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

void SyncToken::received(std::string_view text, const Sent& sent, bool wrote) {
  const bool clean = std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
  if (text.empty() || text.size() > kMaxToken || !clean) return;
  const std::lock_guard lock(mutex_);
  if (!wrote && newest_.generation != sent.generation) return;
  newest_.text = text;
  ++newest_.generation;
}

}  // namespace forage::redis
