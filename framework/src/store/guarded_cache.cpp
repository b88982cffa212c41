#include "store/guarded_cache.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace forage::store {

namespace {

/// A key that no run stores.
const Key kProbeKey = "forage:probe";
constexpr Millis kProbeLifetime{10'000};

/// What an owed key occupies.
std::size_t bytesOf(const Key& key) noexcept { return sizeof(Key) + key.size(); }

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
      in_place_(primary.answersWithoutIo()) {}

GuardedCache::~GuardedCache() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (keeper_.joinable()) keeper_.join();
}

void GuardedCache::find(std::span<const Key> keys, std::span<EntryPtr> found) noexcept {
  if (degraded_.load() || !findPrimary(keys, found)) {
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
  const bool back = was_away && !degraded_.load();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (found[i] != nullptr && !was_away) continue;
    EntryPtr held;
    const std::string why =
        attempt([&] { fallback_->find(keys.subspan(i, 1), std::span(&held, 1)); });
    if (!why.empty() || held == nullptr) continue;
    if (found[i] != nullptr && found[i]->received() >= held->received()) continue;
    found[i] = std::move(held);
    // The cache came back without it (restarted empty, say) or with an older one: it is owed again.
    if (back) owe(keys[i]);
  }
}

void GuardedCache::store(std::span<const Keep> items) noexcept {
  const bool mirrored = fallback_ != nullptr && storeFallback(items);
  if (!degraded_.load() && storePrimary(items)) {
    metrics_.stores.add(items.size());
    return;
  }
  if (!mirrored) {
    metrics_.stores_lost.add(items.size());
    return;
  }
  metrics_.stores_fallback.add(items.size());
  for (const Keep& item : items) owe(item.key);
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
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    for (const Keep& item : items) {
      if (item.only_if_absent) continue;  // what is there is as good
      if (declined_bytes_ + bytesOf(item.key) > kMaxOwedBytes) break;
      declined_bytes_ += bytesOf(item.key);
      first = first || declined_.empty();
      declined_.push_back(item.key);
    }
  }
  if (!first) return;
  was_degraded_.store(true);
  notice_("cache " + options_.name +
          " declines entries, as a full one does: they are kept in memory");
}

void GuardedCache::offerDeclined() noexcept {
  std::vector<Key> keys;
  {
    const std::lock_guard lock(mutex_);
    keys.swap(declined_);
    declined_bytes_ = 0;
  }
  for (const Key& key : keys) owe(key);
}

bool GuardedCache::storeFallback(std::span<const Keep> items) noexcept {
  return attempt([&] { fallback_->store(items); }).empty();
}

void GuardedCache::erase(std::span<const Key> keys) noexcept {
  if (fallback_ != nullptr) (void)attempt([&] { fallback_->erase(keys); });
  while (!oweErasure(keys)) {
    const std::string why = attempt([&] { primary_.erase(keys); });
    if (why.empty()) return;
    metrics_.cache_errors.add();
    opened(why);
    if (fallback_ == nullptr) return;  // the run ends
  }
}

/// Remembers what a cache that is away is to erase; false: it is there.
bool GuardedCache::oweErasure(std::span<const Key> keys) noexcept {
  const std::lock_guard lock(mutex_);
  if (!degraded_.load()) return false;
  for (const Key& key : keys) {
    if (owed_bytes_ + bytesOf(key) > kMaxOwedBytes) break;
    owed_bytes_ += bytesOf(key);
    owed_erasures_.push_back(key);
  }
  return true;
}

bool GuardedCache::acquire(std::span<const Key> keys, std::span<Leases::State> states,
                           LeaseHome& home) noexcept {
  if (leases_ == nullptr || degraded_.load()) return false;
  const std::string why = attempt([&] { leases_->acquire(keys, states, home); });
  if (why.empty()) return true;
  // The cache may answer all the same: if it does not, the next look-up says so.
  metrics_.cache_errors.add();
  if (!leases_missed_.exchange(true)) {
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

/// Erases what was to be erased while the cache was away.
void GuardedCache::eraseOwed() {
  std::vector<Key> keys;
  {
    const std::lock_guard lock(mutex_);
    keys = owed_erasures_;
  }
  if (keys.empty()) return;
  primary_.erase(keys);
  const std::lock_guard lock(mutex_);  // more may have come, behind these
  for (const Key& key : keys) owed_bytes_ -= bytesOf(key);
  owed_erasures_.erase(owed_erasures_.begin(),
                       owed_erasures_.begin() + static_cast<std::ptrdiff_t>(keys.size()));
}

void GuardedCache::owe(const Key& key) noexcept {
  const std::lock_guard lock(mutex_);
  owed_.push_back(key);
  owed_bytes_ += bytesOf(key);
  while (owed_bytes_ > kMaxOwedBytes && !owed_.empty()) {
    owed_bytes_ -= bytesOf(owed_.front());
    owed_.pop_front();
    metrics_.stores_lost.add();
  }
  owed_count_.store(owed_.size());
}

bool GuardedCache::owes() const noexcept { return owed_count_.load() > 0 && !degraded_.load(); }

std::vector<Keep> GuardedCache::takeOwed() {
  std::vector<Key> keys;
  {
    const std::lock_guard lock(mutex_);
    while (!owed_.empty() && keys.size() < kBatch) {
      owed_bytes_ -= bytesOf(owed_.front());
      keys.push_back(std::move(owed_.front()));
      owed_.pop_front();
    }
    owed_count_.store(owed_.size());
  }
  std::vector<EntryPtr> held(keys.size());
  if (!attempt([&] { fallback_->find(keys, held); }).empty()) return {};
  std::vector<Keep> items;
  const WallTime now = clock_.wallNow();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (held[i] == nullptr) {  // declined or dropped since: beyond the fallback's budget
      metrics_.stores_lost.add();
      continue;
    }
    const bool forever = held[i]->expires() == WallTime::max();
    const Millis left = forever ? kForever : Millis(held[i]->expires() - now);
    if (left > Millis::zero()) items.push_back({std::move(keys[i]), held[i], left, false});
  }
  return items;
}

bool GuardedCache::writeBack() noexcept {
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
  for (const Key& key : keys) owe(key);  // away again
  return false;
}

void GuardedCache::opened(const std::string& why) noexcept {
  if (fallback_ == nullptr) {
    fatal_(CacheError(why));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (degraded_.load()) return;
    was_degraded_.store(true);
    degraded_.store(true);
    metrics_.degraded.store(true);
    since_ = clock_.now();
    if (!keeper_.joinable() && !stopping_) keeper_ = std::thread([this] { keep(); });
  }
  changed_.notify_all();
  notice_("cache " + options_.name + " is away (" + why +
          "): entries are kept in memory until it returns");
}

/// Uses the cache again; false: something is still to be erased there first.
bool GuardedCache::closed() noexcept {
  double seconds = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!owed_erasures_.empty()) return false;
    const auto span = clock_.now() - since_;
    degraded_time_ += span;
    seconds = std::chrono::duration<double>(span).count();
    degraded_.store(false);
    metrics_.degraded.store(false);
  }
  std::string text = std::to_string(seconds);
  text.resize(text.find('.') + 2);
  notice_("cache " + options_.name + " is back after " + text + " s");
  return true;
}

/// A cache is back when it takes what it is given, too: a read-only one would be lost again at
/// once.
void GuardedCache::tryPrimary() {
  EntryPtr found;
  primary_.find(std::span(&kProbeKey, 1), std::span(&found, 1));
  const WallTime now = clock_.wallNow();
  const WallTime end = saturatingAdd(now, kProbeLifetime);
  Response response;
  response.status = 204;
  const Keep probe{kProbeKey,
                   std::make_shared<const Entry>(kProbeKey, std::move(response), now, now, end),
                   kProbeLifetime, false};
  primary_.store(std::span(&probe, 1));
  primary_.erase(std::span(&kProbeKey, 1));
}

void GuardedCache::flush() noexcept {
  for (Cache* cache : {&primary_, fallback_}) {
    if (cache == nullptr || (cache == &primary_ && degraded_.load())) continue;  // away
    const std::string why = attempt([&] { cache->flush(); });
    if (why.empty()) continue;
    metrics_.cache_errors.add();
    notice_("cache " + options_.name + (cache == fallback_ ? ", its fallback: " : ": ") + why);
  }
}

void GuardedCache::probe() noexcept {
  const std::lock_guard one_at_a_time(probe_mutex_);
  if (!degraded_.load()) return;
  const std::string why = attempt([&] {
    tryPrimary();
    do {
      eraseOwed();
    } while (!closed());
  });
  if (!why.empty()) metrics_.cache_errors.add();
}

void GuardedCache::keep() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!degraded_.load()) {
      changed_.wait(lock, [this] { return stopping_ || degraded_.load(); });
      continue;
    }
    if (changed_.wait_for(lock, options_.retry_period, [this] { return stopping_; })) return;
    lock.unlock();
    probe();
    lock.lock();
  }
}

double GuardedCache::degradedSeconds() const noexcept {
  const std::lock_guard lock(mutex_);
  auto span = degraded_time_;
  if (degraded_.load()) span += clock_.now() - since_;
  return std::chrono::duration<double>(span).count();
}

}  // namespace forage::store
