#include "redis_cache.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fault.h"
#include "server_error.h"

namespace forage::redis {

namespace {

constexpr std::size_t kMaxBatch = 64;          // commands of one pipeline
constexpr std::size_t kBatchBytes = 4u << 20;  // that one pipeline moves, where that can be told
constexpr std::size_t kKeysPerErase = 256;
constexpr std::size_t kKeyRoom = 64;  // of a GET beside its key, and for keys longer than the first
constexpr std::size_t kHeadRoom = 800;  // of a SET beside its body, commonly
constexpr auto kLongestLifetime = std::chrono::hours(24 * 365 * 100);  // beyond it: for ever

}  // namespace

RedisCache::RedisCache(const Options& options, const Clock& clock)
    : clock_(clock),
      codec_(options.value_format, options.max_value_size, clock),
      name_("redis at " + options.location.shown() + ": "),
      transport_(makeTransport(options, clock)) {
  if (!canSubscribe(options)) return;
  if (options.lease > Millis::zero()) {
    leases_ = std::make_unique<RedisLeases>(*transport_, options, name_);
  }
  changes_ = std::make_unique<Changes>(options);
}

void RedisCache::raise(const Problem& problem) const {
  if (!problem.text().empty()) throw CacheError(name_ + problem.text());
}

// As many as make about kBatchBytes, going by what came last.
std::size_t RedisCache::batchSize() const noexcept {
  const std::size_t largest = largest_value_.load(std::memory_order_relaxed);
  return std::clamp<std::size_t>(kBatchBytes / std::max<std::size_t>(largest, 1), 1, kMaxBatch);
}

void RedisCache::find(std::span<const Key> keys, std::span<EntryPtr> found) {
  guarded([&] {
    while (!keys.empty()) {
      const std::size_t n = std::min(batchSize(), keys.size());
      const std::size_t settled = findSome(keys.first(n), found.first(n));
      keys = keys.subspan(settled);
      found = found.subspan(settled);
    }
  });
}

// Returns for how many keys `found` is settled: all, or those up to one whose value is too large to
// be read, which costs the connection.
std::size_t RedisCache::findSome(std::span<const Key> keys, std::span<EntryPtr> found) {
  Commands commands;
  commands.reserve(keys.size() * (keys.front().size() + kKeyRoom));
  for (const Key& key : keys) {
    commands.begin(2);
    commands.add("GET");
    commands.addKey(key);
  }
  Problem problem;
  std::size_t settled = 0;
  std::size_t largest = 0;
  try {
    transport_->exchange(commands, problem, [&](std::size_t index, Reply&& reply) {
      largest = std::max(largest, reply.text.size());
      found[index] = accept(keys[index], std::move(reply), problem);
      settled = index + 1;
    });
  } catch (const ConnectionError& error) {
    if (error.fault() != Fault::kTooLarge || settled == keys.size()) throw;
    countMiss(true);
    found[settled++] = nullptr;
  }
  raise(problem);
  largest_value_.store(largest, std::memory_order_relaxed);
  return settled;
}

EntryPtr RedisCache::accept(const Key& key, Reply&& reply, Problem& problem) {
  using Type = Reply::Type;
  if (reply.type == Type::kNil) {
    countMiss(false);
    return nullptr;
  }
  if (reply.type == Type::kError && !isNoValue(judge(reply.text))) {
    problem.note(reply.text);
    return nullptr;
  }
  if (reply.type != Type::kError && reply.type != Type::kString) {
    throw ConnectionError(Fault::kProtocol, "it answers GET with something else");
  }
  EntryPtr entry =
      reply.type == Type::kString ? codec_.decode(key, std::move(reply.text)) : nullptr;
  if (!entry) {
    countMiss(true);
    return nullptr;
  }
  ++counters_.hits;
  return entry;
}

void RedisCache::countMiss(bool damaged) noexcept {
  ++counters_.misses;
  if (damaged) ++counters_.damaged;
}

void RedisCache::store(std::span<const Keep> items) {
  guarded([&] {
    Commands commands;
    std::vector<StoredValue> values;  // what the commands refer to
    commands.reserve(std::min(items.size(), kMaxBatch) * kHeadRoom);
    for (const Keep& item : items) {
      std::optional<StoredValue> value = codec_.encode(item.entry);
      if (!value) {
        ++counters_.declined;
        continue;
      }
      const bool full =
          commands.bytes() + value->size() > kBatchBytes || commands.count() == kMaxBatch;
      if (full && commands.count() > 0) {
        flushStores(commands);
        values.clear();
      }
      addStore(commands, item, *value);
      if (value->text) values.push_back(*std::move(value));
    }
    flushStores(commands);
  });
}

void RedisCache::addStore(Commands& commands, const Keep& item, const StoredValue& value) {
  const bool forever = item.lifetime > kLongestLifetime;
  commands.begin(3U + (forever ? 0U : 2U) + (item.only_if_absent ? 1U : 0U));
  commands.add("SET");
  commands.addKey(item.key);
  commands.add(value.head, value.body);
  if (!forever) {
    commands.add("PX");
    commands.add(jittered(item.lifetime).count());
  }
  if (item.only_if_absent) commands.add("NX");
}

// Upwards by at most a tenth, so that what was stored together does not expire together.
Millis RedisCache::jittered(Millis lifetime) noexcept {
  const Millis::rep span = std::max<Millis::rep>(lifetime.count(), 1);
  const auto room = static_cast<std::uint64_t>(span / 10 + 1);
  return Millis(span + static_cast<Millis::rep>(transport_->chance() % room));
}

void RedisCache::flushStores(Commands& commands) {
  if (commands.count() == 0) return;
  Problem problem;
  transport_->exchange(commands, problem,
                       [&](std::size_t, Reply&& reply) { countStored(reply, problem); });
  commands.clear();
  raise(problem);
}

void RedisCache::countStored(const Reply& reply, Problem& problem) {
  using Type = Reply::Type;
  if (reply.type == Type::kStatus) {
    ++counters_.stores;
  } else if (reply.type == Type::kNil) {
    return;  // NX, and there is one: nothing is lost
  } else if (reply.type != Type::kError) {
    throw ConnectionError(Fault::kProtocol, "it answers SET with something else");
  } else if (isNoStore(judge(reply.text))) {
    ++counters_.declined;
  } else {
    problem.note(reply.text);
  }
}

std::size_t RedisCache::erase(std::span<const Key> keys) {
  std::size_t erased = 0;
  guarded([&] {
    while (!keys.empty()) {
      const auto some = keys.first(std::min(kKeysPerErase, keys.size()));
      erased += eraseSome(some);
      keys = keys.subspan(some.size());
    }
  });
  return erased;
}

std::size_t RedisCache::eraseSome(std::span<const Key> keys) {
  const std::size_t together = std::min(transport_->keysPerCommand(), keys.size());
  Commands commands;
  for (std::size_t at = 0; at < keys.size(); at += together) {
    const auto some = keys.subspan(at, std::min(together, keys.size() - at));
    commands.begin(1 + some.size());
    commands.add("UNLINK");
    commands.addKey(some.front());
    for (const Key& key : some.subspan(1)) commands.add(key);
  }
  std::size_t erased = 0;
  Problem problem;
  transport_->exchange(commands, problem, [&](std::size_t, Reply&& reply) {
    if (reply.type == Reply::Type::kError) return problem.note(reply.text);
    const long long most = static_cast<long long>(together);
    erased += static_cast<std::size_t>(std::clamp(reply.integer, 0LL, most));
  });
  raise(problem);
  return erased;
}

bool RedisCache::watch(ChangeListener* listener) {
  return changes_ && guarded([&] { return changes_->watch(listener); });
}

CacheStats RedisCache::stats() const noexcept {
  const PoolStats pool = transport_->stats();
  CacheStats stats;
  stats.hits = counters_.hits;
  stats.misses = counters_.misses;
  stats.stores = counters_.stores;
  stats.declined = counters_.declined;
  stats.damaged = counters_.damaged;
  stats.more = {{"connections", pool.connections},
                {"reconnects", pool.reconnects},
                {"connect_failures", pool.failures},
                {"timeouts", transport_->timeouts()}};
  transport_->count(stats.more);
  if (leases_) {
    const RedisLeases::Stats leases = leases_->stats();
    stats.more.insert(stats.more.end(), {{"leases", leases.acquired},
                                         {"lease_waits", leases.waits},
                                         {"leases_lost", leases.lost},
                                         {"lease_failures", leases.failures}});
  }
  return stats;
}

}  // namespace forage::redis
