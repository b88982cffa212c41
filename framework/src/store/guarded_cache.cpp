#include "store/guarded_cache.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "store/cache_probe.h"

namespace forage::store {

namespace {

/// Runs a call of a cache. Returns why it failed; "" where it did not. A plugin may throw anything.
template <typename Call>
std::string attempt(Call&& call) {
  try {
    call();
    return {};
  } catch (const Poco::Exception& error) {
    return error.message().empty() ? error.displayText() : error.message();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    return *error.what() == '\0' ? "for no reason given" : error.what();
  } catch (...) {
    return "the plugin threw what is no exception";
  }
}

}  // namespace

GuardedCache::GuardedCache(Cache& primary, Cache* fallback, const Clock& clock, Metrics& metrics,
                           Options options, Notice notice, Fatal fatal)
    : primary_(primary),
      fallback_(fallback),
      leases_(primary.leases()),
      clock_(clock),
      metrics_(metrics),
      options_(std::move(options)),
      notice_(std::move(notice)),
      fatal_(std::move(fatal)),
      in_place_(primary.answersWithoutIo()),
      debts_(metrics.stores_lost),
      breaker_(clock, metrics, options_.retry_period, [this] { takeBack(); }) {}

void GuardedCache::find(std::span<const Key> keys, std::span<EntryPtr> found) noexcept {
  if (degraded() || !findPrimary(keys, found)) {
    std::fill(found.begin(), found.end(), nullptr);
    findFallback(keys, found);
  } else {
    // What this run has stored may be gone from the cache: evicted, emptied, or never taken.
    findFallback(keys, found);
  }
  const auto hits = static_cast<std::uint64_t>(
      std::count_if(found.begin(), found.end(), [](const EntryPtr& e) { return e != nullptr; }));
  metrics_.lookups_hit.add(hits);
  metrics_.lookups_miss.add(found.size() - hits);
}

bool GuardedCache::findPrimary(std::span<const Key> keys, std::span<EntryPtr> found) noexcept {
  const std::string why = attempt([&] { primary_.find(keys, found); });
  if (why.empty()) return true;
  metrics_.cache_errors.add();
  metrics_.lookups_failed.add(keys.size());
  opened(why);
  return false;
}

void GuardedCache::findFallback(std::span<const Key> keys, std::span<EntryPtr> found) noexcept {
  if (fallback_ == nullptr) return;
  const bool was_away = was_degraded_.load();
  const bool back = was_away && !degraded();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (found[i] != nullptr && !was_away) continue;
    EntryPtr held;
    const std::string why =
        attempt([&] { fallback_->find(keys.subspan(i, 1), std::span(&held, 1)); });
    if (!why.empty() || held == nullptr) continue;
    if (found[i] != nullptr && found[i]->received() >= held->received()) continue;
    found[i] = std::move(held);
    // The cache came back without it (restarted empty, say) or with an older one: it is owed again.
    if (back) debts_.oweStore(keys[i]);
  }
}

void GuardedCache::store(std::span<const Keep> items) noexcept {
  const bool mirrored = fallback_ != nullptr && storeFallback(items);
  if (!degraded() && storePrimary(items)) {
    metrics_.stores.add(items.size());
    return;
  }
  if (!mirrored) {
    metrics_.stores_lost.add(items.size());
    return;
  }
  metrics_.stores_fallback.add(items.size());
  for (const Keep& item : items) debts_.oweStore(item.key);
}

bool GuardedCache::storePrimary(std::span<const Keep> items) noexcept {
  const bool watched = fallback_ != nullptr;
  const std::uint64_t declined = watched ? primary_.stats().declined : 0;
  const std::string why = attempt([&] { primary_.store(items); });
  if (!why.empty()) {
    metrics_.cache_errors.add();
    opened(why);
    return false;
  }
  if (watched && primary_.stats().declined > declined) rememberDeclined(items);
  return true;
}

/// The cache answers and takes no more, as a Redis does that is full: what it declined is looked
/// for in the fallback from now on, and offered once more at the end of the run.
void GuardedCache::rememberDeclined(std::span<const Keep> items) noexcept {
  if (!debts_.remember(items)) return;
  was_degraded_.store(true);
  notice_("cache " + options_.name +
          " declines entries, as a full one does: they are kept in memory");
}

void GuardedCache::offerDeclined() noexcept { debts_.oweDeclined(); }

bool GuardedCache::storeFallback(std::span<const Keep> items) noexcept {
  return attempt([&] { fallback_->store(items); }).empty();
}

void GuardedCache::erase(std::span<const Key> keys) noexcept {
  if (fallback_ != nullptr) (void)attempt([&] { fallback_->erase(keys); });
  debts_.cancelStores(keys);
  std::size_t forgotten = 0;
  while (!breaker_.whileOpen([&] { forgotten = debts_.oweErasures(keys); })) {
    const std::string why = attempt([&] { primary_.erase(keys); });
    if (why.empty()) return;
    metrics_.cache_errors.add();
    opened(why);
    if (fallback_ == nullptr) return;  // the run ends
  }
  if (forgotten > 0) forgot(forgotten);
}

/// The cache has been away for so long that there was no room for more keys to be erased there.
void GuardedCache::forgot(std::size_t erasures) noexcept {
  metrics_.erasures_lost.add(erasures);
  if (erasures_forgotten_.exchange(true)) return;
  notice_("cache " + options_.name +
          " has been away for too long: it will keep entries that were erased meanwhile");
}

bool GuardedCache::acquire(std::span<const Key> keys, std::span<Leases::State> states,
                           LeaseHome& home) noexcept {
  if (leases_ == nullptr || degraded()) return false;
  const std::string why = attempt([&] { leases_->acquire(keys, states, home); });
  if (why.empty()) return true;
  // The cache may answer all the same: if it does not, the next look-up says so, and the notice
  // would be beside the point.
  metrics_.cache_errors.add();
  if (leases_missed_) return false;
  EntryPtr found;
  const Key& any = keys.front();
  const std::string also = attempt([&] { primary_.find({&any, 1}, {&found, 1}); });
  if (also.empty() && !leases_missed_.exchange(true)) {
    notice_("cache " + options_.name + " gives no leases (" + why +
            "): other processes may fetch the same URLs");
  }
  return false;
}

void GuardedCache::release(std::span<const Key> keys) noexcept {
  if (leases_ != nullptr) leases_->release(keys);
}

void GuardedCache::forget(LeaseHome& home) noexcept {
  if (leases_ != nullptr) leases_->forget(home);
}

bool GuardedCache::owes() const noexcept { return debts_.hasStores() && !degraded(); }

std::vector<Keep> GuardedCache::takeOwed() {
  std::vector<Key> keys = debts_.takeStores(kBatch);
  std::vector<EntryPtr> held(keys.size());
  if (!attempt([&] { fallback_->find(keys, held); }).empty()) {
    metrics_.stores_lost.add(keys.size());
    return {};
  }
  std::vector<Keep> items;
  const WallTime now = clock_.wallNow();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (held[i] == nullptr) {  // declined or dropped since: beyond the fallback's budget
      metrics_.stores_lost.add();
      continue;
    }
    const Millis left = lifetimeUntil(held[i]->expires(), now);
    if (left > Millis::zero()) items.push_back({std::move(keys[i]), held[i], left, false});
  }
  return items;
}

bool GuardedCache::writeBack() noexcept {
  breaker_.keepAsking();
  if (fallback_ == nullptr || !owes()) return false;
  std::vector<Keep> items = takeOwed();
  std::vector<Key> keys;
  for (const Keep& item : items) keys.push_back(item.key);
  std::vector<EntryPtr> there(keys.size());
  std::vector<Keep> wanted;
  if (findPrimary(keys, there)) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      // Somebody else stored a newer one meanwhile; where there is none, none may come in between.
      if (there[i] != nullptr && there[i]->received() >= items[i].entry->received()) continue;
      items[i].only_if_absent = there[i] == nullptr;
      wanted.push_back(items[i]);
    }
    if (wanted.empty()) return true;
    if (storePrimary(wanted)) {
      metrics_.written_back.add(wanted.size());
      return true;
    }
  }
  for (const Key& key : keys) debts_.oweStore(key);  // away again
  return false;
}

void GuardedCache::opened(const std::string& why) noexcept {
  if (fallback_ == nullptr) {
    fatal_(CacheError(why));
    return;
  }
  was_degraded_.store(true);
  if (!breaker_.open()) return;
  notice_("cache " + options_.name + " is away (" + why +
          "): entries are kept in memory until it returns");
}

/// Uses the cache again if it answers, once nothing is left to be erased there.
void GuardedCache::takeBack() noexcept {
  const std::string why = attempt([&] {
    probeCache(primary_, clock_.wallNow());
    std::optional<Breaker::Span> span;
    do {
      eraseOwed();
      span = breaker_.closeUnless([this] { return debts_.hasErasures(); });
    } while (!span);
    std::string text = std::to_string(std::chrono::duration<double>(*span).count());
    text.resize(text.find('.') + 2);
    notice_("cache " + options_.name + " is back after " + text + " s");
  });
  if (!why.empty()) metrics_.cache_errors.add();
}

/// Erases what was to be erased while the cache was away.
void GuardedCache::eraseOwed() {
  const std::vector<Key> keys = debts_.erasures();
  if (keys.empty()) return;
  primary_.erase(keys);
  debts_.paidErasures(keys);
}

void GuardedCache::flush() noexcept {
  for (Cache* cache : {&primary_, fallback_}) {
    if (cache == nullptr || (cache == &primary_ && degraded())) continue;  // away
    const std::string why = attempt([&] { cache->flush(); });
    if (why.empty()) continue;
    metrics_.cache_errors.add();
    notice_("cache " + options_.name + (cache == fallback_ ? ", its fallback: " : ": ") + why);
  }
}

void GuardedCache::probe() noexcept { breaker_.probe(); }

double GuardedCache::degradedSeconds() const noexcept {
  return std::chrono::duration<double>(breaker_.openTime()).count();
}

}  // namespace forage::store
