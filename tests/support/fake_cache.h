// A cache in a map that tests can take away, hold up, and look into. It counts what is asked of it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "forage/cache.h"

namespace forage::test {

class FakeCache final : public Cache {
 public:
  explicit FakeCache(bool in_place = false) : in_place_(in_place) {}

  [[nodiscard]] bool answersWithoutIo() const noexcept override { return in_place_; }

  void find(std::span<const Key> keys, std::span<EntryPtr> found) override {
    holdAtFind();
    enter();
    const std::lock_guard lock(mutex_);
    ++find_calls;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto one = entries_.find(keys[i]);
      found[i] = one == entries_.end() ? nullptr : one->second;
    }
  }

  void store(std::span<const Keep> items) override {
    enter();
    waitWhile(store_held_);
    const std::lock_guard lock(mutex_);
    ++store_calls;
    if (read_only_) throw CacheError("read-only");
    for (const Keep& item : items) {
      if (item.only_if_absent && entries_.contains(item.key)) continue;
      entries_[item.key] = item.entry;
      lifetimes_[item.key] = item.lifetime;
    }
  }

  std::size_t erase(std::span<const Key> keys) override {
    ++erase_calls;
    waitWhile(erase_held_);
    fail();
    if (erase_fails_) throw CacheError("cannot erase");
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const Key& key : keys) count += entries_.erase(key);
    return count;
  }

  void scan(std::string_view, const Visitor& visitor) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, entry] : entries_) {
      if (!visitor({key, entry, kForever})) return;
    }
  }

  [[nodiscard]] CacheStats stats() const noexcept override { return {}; }

  void flush() override {
    enter();
    ++flush_calls;
    flushed_size = size();
  }

  // Of tests.
  void setDown(bool down) { down_ = down; }
  /// Stores fail from now on; nothing else does.
  void setReadOnly(bool read_only) { read_only_ = read_only; }
  /// Erasing fails from now on; nothing else does.
  void failErase(bool fails) { erase_fails_ = fails; }
  /// Throws this in place of a CacheError while the cache is down.
  void failWith(std::function<void()> fail) { fail_ = std::move(fail); }
  /// Calls wait until open() from now on.
  void hold() {
    const std::lock_guard lock(gate_mutex_);
    held_ = true;
  }
  /// The `count`th look-up from now on waits until open(), and so does all that follows.
  void holdFind(int count) {
    const std::lock_guard lock(gate_mutex_);
    finds_left_ = count;
  }
  [[nodiscard]] bool isHeld() const {
    const std::lock_guard lock(gate_mutex_);
    return held_;
  }
  /// Storing, or erasing, waits until open() from now on; nothing else does.
  void holdStore() {
    const std::lock_guard lock(gate_mutex_);
    store_held_ = true;
  }
  void holdErase() {
    const std::lock_guard lock(gate_mutex_);
    erase_held_ = true;
  }
  void open() {
    {
      const std::lock_guard lock(gate_mutex_);
      held_ = store_held_ = erase_held_ = false;
    }
    gate_.notify_all();
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }
  [[nodiscard]] std::vector<Key> keys() const {
    const std::lock_guard lock(mutex_);
    std::vector<Key> keys;
    for (const auto& [key, entry] : entries_) keys.push_back(key);
    return keys;
  }
  [[nodiscard]] EntryPtr at(const Key& key) const {
    const std::lock_guard lock(mutex_);
    const auto one = entries_.find(key);
    return one == entries_.end() ? nullptr : one->second;
  }

  /// How long what was stored last under `key` was to be kept.
  [[nodiscard]] Millis lifetime(const Key& key) const {
    const std::lock_guard lock(mutex_);
    const auto one = lifetimes_.find(key);
    return one == lifetimes_.end() ? Millis(0) : one->second;
  }

  std::atomic<int> find_calls{0};
  std::atomic<int> store_calls{0};
  std::atomic<int> flush_calls{0};
  std::atomic<std::size_t> flushed_size{0};  ///< entries at the last flush
  std::atomic<int> erase_calls{0};

 private:
  void holdAtFind() {
    const std::lock_guard lock(gate_mutex_);
    if (finds_left_ > 0 && --finds_left_ == 0) held_ = true;
  }
  void enter() {
    waitWhile(held_);
    fail();
  }
  void waitWhile(const bool& held) {
    std::unique_lock lock(gate_mutex_);
    gate_.wait(lock, [&held] { return !held; });
  }
  void fail() {
    if (down_ && fail_) fail_();
    if (down_) throw CacheError("connection refused");
  }

  const bool in_place_;
  std::atomic<bool> down_{false};
  std::atomic<bool> read_only_{false};
  std::atomic<bool> erase_fails_{false};
  std::function<void()> fail_;
  mutable std::mutex gate_mutex_;
  std::condition_variable gate_;
  bool held_ = false;
  int finds_left_ = 0;  // until one is held; 0: none is
  bool store_held_ = false;
  bool erase_held_ = false;
  mutable std::mutex mutex_;
  std::map<Key, EntryPtr> entries_;
  std::map<Key, Millis> lifetimes_;
};

/// An entry with a body, for tests that need no more.
inline EntryPtr makeEntry(const Key& key, const std::string& body, WallTime received = WallTime{}) {
  Response response;
  response.status = 200;
  response.reason = "OK";
  response.body = body;
  return std::make_shared<const Entry>(key, std::move(response), received, received,
                                       WallTime::max());
}

}  // namespace forage::test
