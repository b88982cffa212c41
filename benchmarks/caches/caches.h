// The caches that are compared, each behind the same three functions: find() reads an entry and
// returns its status, or 0 for a miss; store() keeps one; name(). Each has the same capacity in
// bytes, counted by Entry::footprint(), but for Poco's, which counts entries. Thread-safe.
//
// All hold the very same entries, made beforehand. What the peers are handed is a plain pointer,
// for they pin it with a handle of their own; ours and those made of standard parts hold an
// EntryPtr.
#pragma once

#include <Poco/LRUCache.h>

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "workload.h"

#ifdef FORAGE_HAS_LEVELDB
#include <leveldb/cache.h>
#endif
#ifdef FORAGE_HAS_ROCKSDB
#include <rocksdb/cache.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#endif

namespace forage::bench {

struct Capacity {
  std::size_t bytes;
  std::size_t entries;
};

class Subject {
 public:
  virtual ~Subject() = default;
  [[nodiscard]] virtual const char* name() const = 0;
  virtual int find(const Key& key) = 0;
  virtual void store(const Key& key, const EntryPtr& entry) = 0;
};

class Ours final : public Subject {
 public:
  Ours(const char* name, const std::string& policy, Capacity capacity)
      : name_(name), cache_(makeMemoryCache(capacity.bytes, policy, clock_)) {}
  [[nodiscard]] const char* name() const override { return name_; }
  int find(const Key& key) override {
    EntryPtr found;
    cache_->find({&key, 1}, {&found, 1});
    return found ? found->status() : 0;
  }
  void store(const Key& key, const EntryPtr& entry) override {
    const Keep keep{key, entry};
    cache_->store({&keep, 1});
  }

 private:
  const char* name_;
  SystemClock clock_;
  std::unique_ptr<Cache> cache_;
};

class MutexMapList final : public Subject {
 public:
  explicit MutexMapList(Capacity capacity) : capacity_(capacity.bytes) {}
  [[nodiscard]] const char* name() const override { return "mutex + map + list"; }
  int find(const Key& key) override {
    EntryPtr found;
    {
      const std::lock_guard lock(mutex_);
      const auto it = map_.find(key);
      if (it == map_.end()) return 0;
      list_.splice(list_.begin(), list_, it->second);
      found = it->second->second;
    }
    return found->status();
  }
  void store(const Key& key, const EntryPtr& entry) override {
    const std::lock_guard lock(mutex_);
    if (const auto it = map_.find(key); it != map_.end()) {
      used_ -= it->second->second->footprint();
      list_.erase(it->second);
      map_.erase(it);
    }
    list_.emplace_front(key, entry);
    map_.emplace(key, list_.begin());
    used_ += entry->footprint();
    while (used_ > capacity_) {
      used_ -= list_.back().second->footprint();
      map_.erase(list_.back().first);
      list_.pop_back();
    }
  }

 private:
  using List = std::list<std::pair<Key, EntryPtr>>;
  std::mutex mutex_;
  List list_;
  std::unordered_map<Key, List::iterator> map_;
  std::size_t used_ = 0;
  const std::size_t capacity_;
};

class PocoLru final : public Subject {
 public:
  explicit PocoLru(Capacity capacity) : cache_(static_cast<long>(capacity.entries)) {}
  [[nodiscard]] const char* name() const override { return "Poco::LRUCache"; }
  int find(const Key& key) override {
    const Poco::SharedPtr<EntryPtr> found = cache_.get(key);
    return found ? (*found)->status() : 0;
  }
  void store(const Key& key, const EntryPtr& entry) override { cache_.update(key, entry); }

 private:
  Poco::LRUCache<Key, EntryPtr> cache_;
};

#ifdef FORAGE_HAS_LEVELDB
class LevelDb final : public Subject {
 public:
  explicit LevelDb(Capacity capacity) : cache_(leveldb::NewLRUCache(capacity.bytes)) {}
  [[nodiscard]] const char* name() const override { return "LevelDB LRU"; }
  int find(const Key& key) override {
    leveldb::Cache::Handle* handle = cache_->Lookup(key);
    if (handle == nullptr) return 0;
    const int status = static_cast<const Entry*>(cache_->Value(handle))->status();
    cache_->Release(handle);
    return status;
  }
  void store(const Key& key, const EntryPtr& entry) override {
    cache_->Release(cache_->Insert(key, const_cast<Entry*>(entry.get()), entry->footprint(),
                                   [](const leveldb::Slice&, void*) {}));
  }

 private:
  std::unique_ptr<leveldb::Cache> cache_;
};
#endif

#ifdef FORAGE_HAS_ROCKSDB
class RocksDb : public Subject {
 public:
  RocksDb(const char* name, std::shared_ptr<rocksdb::Cache> cache)
      : name_(name), cache_(std::move(cache)) {}
  [[nodiscard]] const char* name() const override { return name_; }
  int find(const Key& key) override { return findSlice(key); }
  void store(const Key& key, const EntryPtr& entry) override { storeSlice(key, entry); }

 protected:
  int findSlice(const rocksdb::Slice& key) {
    rocksdb::Cache::Handle* handle = cache_->Lookup(key);
    if (handle == nullptr) return 0;
    const int status = static_cast<const Entry*>(cache_->Value(handle))->status();
    cache_->Release(handle);
    return status;
  }
  void storeSlice(const rocksdb::Slice& key, const EntryPtr& entry) {
    (void)cache_->Insert(key, const_cast<Entry*>(entry.get()), entry->footprint(),
                         [](const rocksdb::Slice&, void*) {});
  }

 private:
  const char* name_;
  std::shared_ptr<rocksdb::Cache> cache_;
};

class RocksDbLru final : public RocksDb {
 public:
  explicit RocksDbLru(Capacity capacity)
      : RocksDb("RocksDB LRU", rocksdb::NewLRUCache(capacity.bytes)) {}
};

/// Takes keys of 16 bytes only: it is given hashes, and so never compares a key.
class HyperClock final : public RocksDb {
 public:
  explicit HyperClock(Capacity capacity)
      : RocksDb("RocksDB HyperClockCache",
                rocksdb::HyperClockCacheOptions(capacity.bytes, capacity.bytes / capacity.entries)
                    .MakeSharedCache()) {}
  int find(const Key& key) override {
    const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
    return findSlice({reinterpret_cast<const char*>(&hash), sizeof(hash)});
  }
  void store(const Key& key, const EntryPtr& entry) override {
    const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
    storeSlice({reinterpret_cast<const char*>(&hash), sizeof(hash)}, entry);
  }
};
#endif

}  // namespace forage::bench
