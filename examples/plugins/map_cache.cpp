// A cache in 50 lines: a map in memory, of at most max_entries entries.
#include <fnmatch.h>
#include <forage/plugin.h>

#include <map>
#include <mutex>

namespace {

class MapCache final : public forage::Cache {
 public:
  MapCache(std::size_t max_entries, const forage::Clock& clock)
      : max_(max_entries), clock_(clock) {}

  bool answersWithoutIo() const noexcept override { return true; }

  void find(std::span<const forage::Key> keys, std::span<forage::EntryPtr> found) override {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto at = slots_.find(keys[i]);
      found[i] = at != slots_.end() && isLive(at->second) ? at->second.entry : nullptr;
      ++(found[i] ? stats_.hits : stats_.misses);
    }
  }

  void store(std::span<const forage::Keep> items) override {
    const std::lock_guard lock(mutex_);
    for (const forage::Keep& item : items) {
      const auto at = slots_.find(item.key);
      const bool absent = at == slots_.end() || !isLive(at->second);
      ++(absent || !item.only_if_absent ? stats_.stores : stats_.declined);
      if (!absent && item.only_if_absent) continue;
      if (at == slots_.end() && slots_.size() >= max_) slots_.erase(slots_.begin());
      slots_[item.key] = {item.entry, forage::saturatingAdd(clock_.wallNow(), item.lifetime)};
    }
  }

  std::size_t erase(std::span<const forage::Key> keys) override {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const forage::Key& key : keys) count += slots_.erase(key);
    return count;
  }

  void scan(std::string_view pattern, const Visitor& visitor) override {
    const std::string glob(pattern);
    for (const auto& [key, slot] : copy()) {  // the visitor runs without the lock
      if (!isLive(slot) || ::fnmatch(glob.c_str(), key.c_str(), 0) != 0) continue;
      const bool forever = slot.expires == forage::WallTime::max();
      const auto left = forever ? forage::kForever : slot.expires - clock_.wallNow();
      if (!visitor({key, slot.entry, left})) return;
    }
  }

  forage::CacheStats stats() const noexcept override {
    const std::lock_guard lock(mutex_);
    forage::CacheStats stats = stats_;
    stats.entries = slots_.size();
    return stats;
  }

 private:
  struct Slot {
    forage::EntryPtr entry;
    forage::WallTime expires;
  };
  using Slots = std::map<forage::Key, Slot>;

  bool isLive(const Slot& slot) const { return slot.expires > clock_.wallNow(); }
  Slots copy() const {
    const std::lock_guard lock(mutex_);
    return slots_;
  }

  const std::size_t max_;
  const forage::Clock& clock_;
  mutable std::mutex mutex_;  // guards slots_ and stats_
  Slots slots_;
  forage::CacheStats stats_;
};

constexpr forage::OptionInfo kOptions[] = {
    {"max_entries", "integer", "10000", "Entries kept; beyond that any is dropped"},
};

std::unique_ptr<forage::Cache> make(const forage::Settings& settings,
                                    const forage::PluginContext& context) {
  const auto max_entries = settings.integer("max_entries", 10'000, 1, 100'000'000);
  return std::make_unique<MapCache>(static_cast<std::size_t>(max_entries), context.clock);
}

constexpr forage::PluginInfo kInfo{.name = "map",
                                   .version = "1.0",
                                   .summary = "Keeps entries in a map",
                                   .options = kOptions,
                                   .make_cache = make};

}  // namespace

FORAGE_PLUGIN(kInfo)
