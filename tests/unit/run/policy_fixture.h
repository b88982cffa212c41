// What tests of the cache policies share: a clock that stands still, a cache that answers in place
// or one that does I/O, runs one after another, and requests of a program asked within one run.
#pragma once

#include <deque>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "run_fixture.h"
#include "support/fake_clock.h"

namespace forage::run {

/// Requests that a test hands over while the run goes on. Thread-safe.
class Requests final : public RequestSource {
 public:
  [[nodiscard]] State next(RequestSpec& request) override {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return ended_ ? State::kEnd : State::kWait;
    request = std::move(queue_.front());
    queue_.pop_front();
    return State::kRequest;
  }
  void listen(RequestListener* listener) override {
    const std::lock_guard lock(mutex_);
    listener_ = listener;
  }
  void push(RequestSpec request) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(request));
    if (listener_ != nullptr) listener_->hasMore();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    if (listener_ != nullptr) listener_->hasMore();
  }

 private:
  std::mutex mutex_;  // guards what follows
  std::deque<RequestSpec> queue_;
  bool ended_ = false;
  RequestListener* listener_ = nullptr;
};

inline RequestSpec get(const std::string& url, std::initializer_list<HeaderField> fields = {}) {
  RequestSpec spec;
  spec.url = url;
  for (const HeaderField& field : fields) spec.headers.add(field.name, field.value);
  return spec;
}

inline RequestSpec request(const std::string& method, const std::string& url,
                           std::initializer_list<HeaderField> fields = {}) {
  RequestSpec spec = get(url, fields);
  spec.method = method;
  return spec;
}

/// The parameter: whether the cache answers in place.
class PolicyFixture : public RunFixture, public ::testing::WithParamInterface<bool> {
 protected:
  ~PolicyFixture() override {  // nothing waits for a test that has failed
    if (requests_ == nullptr) return;
    requests_->end();
    fetcher_->releaseAll();
    cache_->open();
  }
  const Clock& clock() const override { return time_; }

  void serve(test::Script script) { make(std::move(script), GetParam()); }

  /// Visits `urls` in one run of one group.
  Report visitAll(std::vector<std::string> urls) {
    recorder_.clear();
    job_.groups.clear();
    const std::size_t count = urls.size();
    addGroup("g", std::move(urls));
    Report report = run();
    expectLaw(report, count);
    return report;
  }
  Visit visit(const std::string& url) {
    (void)visitAll({url});
    return recorder_.of(url);
  }

  /// Begins a run that answers requests of the test until finish().
  void begin() {
    recorder_.clear();
    requests_ = std::make_unique<Requests>();
    asked_ = 0;
    job_.groups.clear();
    GroupSpec group;
    group.name = "asked";
    group.requests = requests_.get();
    job_.groups.push_back(std::move(group));
    running_ = std::jthread([this] { report_ = run(); });
  }
  /// Hands a request over; returns its tag.
  std::string send(RequestSpec spec) {
    spec.tag = std::to_string(asked_++);
    std::string tag = spec.tag;
    requests_->push(std::move(spec));
    return tag;
  }
  Visit answerOf(const std::string& tag) {
    std::optional<Visit> visit;
    EXPECT_TRUE(test::eventually([&] { return (visit = recorder_.tagged(tag)).has_value(); }))
        << "no answer to " << tag;
    return visit.value_or(Visit());
  }
  Visit say(RequestSpec spec) { return answerOf(send(std::move(spec))); }
  /// Ends the run of begin().
  Report finish() {
    requests_->end();
    running_.join();
    expectLaw(report_, asked_);
    return report_;
  }
  /// A run of one request.
  Visit ask(RequestSpec spec) {
    begin();
    Visit visit = say(std::move(spec));
    (void)finish();
    return visit;
  }

  [[nodiscard]] std::vector<test::Seen> seen() const { return fetcher_->seen(); }
  [[nodiscard]] test::Seen lastSeen() const {
    const std::vector<test::Seen> all = seen();
    return all.empty() ? test::Seen() : all.back();
  }

  test::FakeClock time_;

 private:
  std::unique_ptr<Requests> requests_;
  std::uint64_t asked_ = 0;
  Report report_;
  std::jthread running_;
};

inline const auto kBothKindsOfCache = ::testing::Values(true, false);
inline std::string cacheKind(const ::testing::TestParamInfo<bool>& info) {
  return info.param ? "InPlace" : "WithIo";
}

}  // namespace forage::run
