// Scanning: SCAN in steps, then the entries of each step. No connection is held while the visitor
// runs, so that it may use the cache itself.
#include <algorithm>
#include <optional>
#include <utility>

#include "fault.h"
#include "redis_cache.h"

namespace forage::redis {

namespace {

constexpr long long kKeysPerStep = 256;   // about; the server's choice
constexpr std::size_t kMaxSeen = 65'536;  // keys known to have been shown
constexpr std::size_t kMaxCursor = 20;    // digits

bool isCursor(const Reply& reply) {
  return reply.type == Reply::Type::kString && !reply.text.empty() &&
         reply.text.size() <= kMaxCursor &&
         std::ranges::all_of(reply.text, [](char c) { return c >= '0' && c <= '9'; });
}

bool isStep(const Reply& reply) {
  using Type = Reply::Type;
  return reply.type == Type::kArray && reply.items.size() == 2 && isCursor(reply.items[0]) &&
         reply.items[1].type == Type::kArray &&
         std::ranges::all_of(reply.items[1].items,
                             [](const Reply& key) { return key.type == Type::kString; });
}

}  // namespace

/// What one SCAN answers.
struct RedisCache::Step {
  std::string cursor;
  std::vector<Key> keys;
};

/// Values that have been read and not shown yet.
struct RedisCache::Page {
  struct Item {
    Key key;
    EntryPtr entry;  // null: the value is none of ours
    Millis remaining;
  };
  const bool damaged_too;  // what is no entry is kept, too
  std::vector<Item> items{};
  std::optional<Item> unfinished{};  // its lifetime is not known yet
  TimePoint read{};
};

void RedisCache::scan(std::string_view pattern, const Visitor& visitor) {
  Page page{.damaged_too = false};
  walk(pattern, page, visitor);
}

void RedisCache::inspect(std::string_view pattern, const Visitor& visitor) {
  Page page{.damaged_too = true};
  walk(pattern, page, visitor);
}

void RedisCache::walk(std::string_view pattern, Page& page, const Visitor& visitor) {
  Seen seen;
  for (const std::string& shard : guarded([&] { return transport_->shards(); })) {
    if (!walkShard(shard, pattern, seen, page, visitor)) return;
  }
}

// False: the visitor has seen enough.
bool RedisCache::walkShard(const std::string& shard, std::string_view pattern, Seen& seen,
                           Page& page, const Visitor& visitor) {
  std::string cursor = "0";
  do {
    Step step = guarded([&] { return scanStep(shard, cursor, pattern); });
    std::erase_if(step.keys, [&](const Key& key) {
      const std::size_t hash = std::hash<Key>{}(key);
      return seen.contains(hash) || (seen.size() < kMaxSeen && !seen.insert(hash).second);
    });
    for (std::span<const Key> keys = step.keys; !keys.empty();) {
      const std::size_t n = std::min(batchSize(), keys.size());
      keys = keys.subspan(guarded([&] { return readSome(keys.first(n), page); }));
      if (!show(page, visitor)) return false;
    }
    cursor = std::move(step.cursor);
  } while (cursor != "0");
  return true;
}

RedisCache::Step RedisCache::scanStep(const std::string& shard, const std::string& cursor,
                                      std::string_view pattern) {
  Commands commands;
  commands.begin(6);
  commands.add("SCAN");
  commands.add(cursor);
  commands.add("MATCH");
  commands.add(pattern);
  commands.add("COUNT");
  commands.add(kKeysPerStep);
  Step step;
  Problem problem;
  transport_->exchangeWith(shard, commands, problem, [&](std::size_t, Reply&& reply) {
    if (reply.type == Reply::Type::kError) return problem.note(reply.text);
    // The same cursor once more would go on for ever.
    if (!isStep(reply) || (cursor != "0" && reply.items[0].text == cursor)) {
      throw ConnectionError(Fault::kProtocol, "it answers SCAN with something else");
    }
    step.cursor = std::move(reply.items[0].text);
    for (Reply& key : reply.items[1].items) step.keys.push_back(std::move(key.text));
  });
  raise(problem);
  return step;
}

// Returns how many of `keys` have been dealt with; see findSome().
std::size_t RedisCache::readSome(std::span<const Key> keys, Page& page) {
  Commands commands;
  for (const Key& key : keys) {
    commands.begin(2);
    commands.add("GET");
    commands.addKey(key);
    commands.begin(2);
    commands.add("PTTL");
    commands.addKey(key);
  }
  Problem problem;
  std::size_t replies = 0;
  std::size_t largest = 0;
  page.items.clear();
  try {
    transport_->exchange(commands, problem, [&](std::size_t index, Reply&& reply) {
      replies = index + 1;
      if (index % 2 == 0) {
        largest = std::max(largest, reply.text.size());
        return readValue(keys[index / 2], std::move(reply), page, problem);
      }
      if (reply.type == Reply::Type::kError) problem.note(reply.text);
      const bool forever = reply.integer == -1;  // -2: gone since
      if (reply.type != Reply::Type::kInteger || !page.unfinished) return;
      if (reply.integer <= 0 && !forever) return;
      page.unfinished->remaining = forever ? kForever : Millis(reply.integer);
      page.items.push_back(std::move(*page.unfinished));
    });
  } catch (const ConnectionError& error) {
    if (error.fault() != Fault::kTooLarge || replies == commands.count()) throw;
    replies += 2;
  }
  raise(problem);
  largest_value_.store(largest, std::memory_order_relaxed);
  page.read = clock_.now();
  return std::min(replies / 2, keys.size());
}

void RedisCache::readValue(const Key& key, Reply&& reply, Page& page, Problem& problem) const {
  using Type = Reply::Type;
  page.unfinished.reset();
  const Verdict verdict = reply.type == Type::kError ? judge(reply.text) : Verdict::kOther;
  const bool foreign = verdict == Verdict::kWrongType;
  if (reply.type == Type::kError && !isNoValue(verdict)) return problem.note(reply.text);
  if (!foreign && (reply.type != Type::kString || codec_.isTooLarge(reply.text))) return;
  EntryPtr entry = foreign ? nullptr : codec_.decode(key, std::move(reply.text));
  if (entry || page.damaged_too) page.unfinished = {key, std::move(entry), kForever};
}

// False: the visitor has seen enough.
bool RedisCache::show(const Page& page, const Visitor& visitor) const {
  for (const Page::Item& item : page.items) {
    Millis remaining = item.remaining;
    if (remaining != kForever) {
      remaining -= std::chrono::ceil<Millis>(clock_.now() - page.read);
      if (remaining <= Millis::zero()) continue;
    }
    if (!visitor({item.key, item.entry, remaining})) return false;
  }
  return true;
}

}  // namespace forage::redis
