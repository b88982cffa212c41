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
  } else if (was_degraded_.load()) {
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
  const bool back = !degraded_.load();
  for (std::size_t i = 0; i < keys.size(); ++i) {
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
  const std::string why = attempt([&] { primary_.store(items); });
  if (why.empty()) return true;
  metrics_.cache_errors.add();
  opened(why);
  return false;
}

bool GuardedCache::storeFallback(std::span<const Keep> items) noexcept {
  return attempt([&] { fallback_->store(items); }).empty();
}

void GuardedCache::owe(const Key& key) noexcept {
  const std::lock_guard lock(mutex_);
  owed_.push_back(key);
  owed_bytes_ += bytesOf(key);
  while (owed_bytes_ > kMaxOwedBytes) {
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

void GuardedCache::closed() noexcept {
  double seconds = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!degraded_.load()) return;
    const auto span = clock_.now() - since_;
    degraded_time_ += span;
    seconds = std::chrono::duration<double>(span).count();
    degraded_.store(false);
    metrics_.degraded.store(false);
  }
  std::string text = std::to_string(seconds);
  text.resize(text.find('.') + 2);
  notice_("cache " + options_.name + " is back after " + text + " s");
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
  if (!degraded_.load()) return;
  const std::string why = attempt([&] { tryPrimary(); });
  if (why.empty()) {
    closed();
  } else {
    metrics_.cache_errors.add();
  }
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
