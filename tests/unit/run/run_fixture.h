// What tests of whole runs share: a job in code, scripted answers, a cache in a map, and every
// visit kept.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "forage/runner.h"
#include "support/eventually.h"
#include "support/fake_cache.h"
#include "support/scripted_fetcher.h"

namespace forage::run {

class Recorder final : public RunObserver {
 public:
  void fetching(std::string_view, std::string_view url) noexcept override {
    const std::lock_guard lock(mutex_);
    fetches_.emplace_back(url);
  }
  void visited(const Visit& visit) noexcept override {
    const std::lock_guard lock(mutex_);
    visits_.push_back(visit);
  }
  void notice(std::string_view text) noexcept override {
    const std::lock_guard lock(mutex_);
    notices_.emplace_back(text);
  }
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return visits_.size();
  }
  [[nodiscard]] std::vector<Visit> visits() const {
    const std::lock_guard lock(mutex_);
    return visits_;
  }
  /// The visit of the request with `tag`; nothing where it has not ended yet.
  [[nodiscard]] std::optional<Visit> tagged(const std::string& tag) const {
    const std::lock_guard lock(mutex_);
    for (const Visit& visit : visits_) {
      if (visit.tag == tag) return visit;
    }
    return std::nullopt;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    visits_.clear();
  }
  [[nodiscard]] std::vector<std::string> notices() const {
    const std::lock_guard lock(mutex_);
    return notices_;
  }
  /// The visit of `url`; fails the test where there is none.
  [[nodiscard]] Visit of(const std::string& url) const {
    const std::lock_guard lock(mutex_);
    for (const Visit& visit : visits_) {
      if (visit.url == url) return visit;
    }
    ADD_FAILURE() << "no visit of " << url;
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> fetches_;
  std::vector<Visit> visits_;
  std::vector<std::string> notices_;
};

class RunFixture : public ::testing::Test {
 protected:
  RunFixture() {
    job_.name = "test.toml";
    job_.cache.retry_period = Millis(10);
    job_.fetch.retry = 0;
  }

  void addGroup(const std::string& name, std::vector<std::string> urls) {
    GroupSpec group;
    group.name = name;
    group.urls = std::move(urls);
    job_.groups.push_back(std::move(group));
  }

  /// Makes the runner; answers come from `script`.
  void make(test::Script script, bool cache_in_place = false, bool with_fallback = true) {
    auto cache = std::make_unique<test::FakeCache>(cache_in_place);
    cache_ = cache.get();
    auto fetcher = std::make_unique<test::ScriptedFetcher>(std::move(script));
    fetcher_ = fetcher.get();
    RunParts parts;
    parts.cache = std::move(cache);
    if (with_fallback) parts.fallback = std::make_unique<test::FakeCache>(true);
    parts.fetcher = std::move(fetcher);
    for (auto& sink : sinks_) parts.sinks.push_back(std::move(sink));
    runner_ = std::make_unique<Runner>(job_, std::move(parts), clock(),
                                       is_watched_ ? &recorder_ : nullptr);
  }

  virtual const Clock& clock() const { return clock_; }

  Report run() { return runner_->run(stop_.get_token()); }

  static test::Answer samePage(const std::string& url) { return test::page("body of " + url); }

  Job job_;
  bool is_watched_ = true;  // by recorder_
  SystemClock clock_;
  Recorder recorder_;
  std::stop_source stop_;
  test::FakeCache* cache_ = nullptr;
  test::ScriptedFetcher* fetcher_ = nullptr;
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::unique_ptr<Runner> runner_;
};

/// Law: every URL ends in exactly one outcome.
inline void expectLaw(const Report& report, std::uint64_t urls) {
  const Totals& t = report.totals;
  EXPECT_EQ(t.urls, urls);
  EXPECT_EQ(t.hit + t.revalidated + t.stale + t.joined + t.fetched + t.failed + t.blocked, urls);
}

inline std::string urlOf(int n, const std::string& host = "example.test") {
  return "http://" + host + "/" + std::to_string(n);
}

}  // namespace forage::run
