// A cache, as short as a whole one can be: a map in memory of at most max_entries entries.
#include <fnmatch.h>
#include <forage/plugin.h>

#include <map>
#include <mutex>

namespace {

class MapCache final : public forage::Cache {
 public:
  MapCache(std::size_t max, const forage::Clock& clock) : max_(max), clock_(clock) {}

  bool answersWithoutIo() const noexcept override { return true; }

  void find(std::span<const forage::Key> keys, std::span<forage::EntryPtr> found) override {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      found[i] = live(keys[i]);
      ++(found[i] ? stats_.hits : stats_.misses);
    }
  }

  void store(std::span<const forage::Keep> items) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, entry, lifetime, only_if_absent] : items) {
      if (only_if_absent && live(key)) continue;
      ++stats_.stores;
      if (slots_.size() >= max_ && !slots_.contains(key)) slots_.erase(slots_.begin());
      slots_[key] = {entry, forage::saturatingAdd(clock_.wallNow(), lifetime)};
    }
  }

  std::size_t erase(std::span<const forage::Key> keys) override {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const forage::Key& key : keys) count += slots_.erase(key);
    return count;
  }

  void scan(std::string_view pattern, const Visitor& visitor) override {
    std::unique_lock lock(mutex_);
    const auto slots = slots_;
    lock.unlock();  // the visitor may take its time, or call back
    for (const auto& [key, slot] : slots) {
      const forage::Millis left = slot.expires - clock_.wallNow();
      if (left.count() <= 0 || ::fnmatch(std::string(pattern).c_str(), key.c_str(), 0) != 0)
        continue;
      const bool forever = slot.expires == forage::WallTime::max();
      if (!visitor({key, slot.entry, forever ? forage::kForever : left})) return;
    }
  }

  forage::CacheStats stats() const noexcept override {
    const std::lock_guard lock(mutex_);
    return stats_;
  }

 private:
  struct Slot {
    forage::EntryPtr entry;
    forage::WallTime expires;
  };

  /// The entry of `key`, unless its lifetime is over. REQUIRES: the mutex is held.
  forage::EntryPtr live(const forage::Key& key) const {
    const auto at = slots_.find(key);
    return at != slots_.end() && at->second.expires > clock_.wallNow() ? at->second.entry : nullptr;
  }

  const std::size_t max_;
  const forage::Clock& clock_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<forage::Key, Slot> slots_;
  forage::CacheStats stats_;
};

constexpr forage::OptionInfo kOptions[] = {
    {"max_entries", "integer", "10000", "Entries kept; beyond that any is dropped"},
};

std::unique_ptr<forage::Cache> make(const forage::Settings& settings,
                                    const forage::PluginContext& context) {
  const auto max = settings.integer("max_entries", 10'000, 1, 100'000'000);
  return std::make_unique<MapCache>(static_cast<std::size_t>(max), context.clock);
}

constexpr forage::PluginInfo kInfo{.name = "map",
                                   .version = "1.0",
                                   .summary = "Keeps entries in a map",
                                   .options = kOptions,
                                   .make_cache = make};

}  // namespace

FORAGE_PLUGIN(kInfo)
