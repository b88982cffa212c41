// A Redis cache that takes its servers along: for the conformance suite, which makes caches alone.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "redis_plugin.h"
#include "support/fake_clock.h"

namespace forage::test {

class CacheWithServer final : public Cache {
 public:
  /// `server` is whatever has to live as long as the cache at `url`.
  CacheWithServer(std::shared_ptr<const void> server, const std::string& url,
                  const Options& options = {})
      : server_(std::move(server)), cache_(makeRedis(url, clock_, options)) {}

  [[nodiscard]] bool answersWithoutIo() const noexcept override {
    return cache_->answersWithoutIo();
  }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override {
    cache_->find(keys, found);
  }
  void store(std::span<const Keep> items) override { cache_->store(items); }
  std::size_t erase(std::span<const Key> keys) override { return cache_->erase(keys); }
  void scan(std::string_view pattern, const Visitor& visitor) override {
    cache_->scan(pattern, visitor);
  }
  void inspect(std::string_view pattern, const Visitor& visitor) override {
    cache_->inspect(pattern, visitor);
  }
  [[nodiscard]] CacheStats stats() const noexcept override { return cache_->stats(); }

 private:
  FakeClock clock_;
  std::shared_ptr<const void> server_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace forage::test
