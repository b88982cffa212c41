// A fetcher without a network: a function answers, and tests can hold answers back. It keeps what
// was asked, and counts how much was in flight at once.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <initializer_list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "forage/fetcher.h"

namespace forage::test {

using Answer = std::variant<Response, Failure>;

inline Answer page(std::string body, int status = 200) {
  Response response;
  response.status = status;
  response.reason = status == 200 ? "OK" : "Status";
  response.body = std::move(body);
  return response;
}

/// A response with header fields.
inline Response reply(int status, std::initializer_list<HeaderField> fields,
                      std::string body = "") {
  Response response;
  response.status = status;
  response.reason = status == 200 ? "OK" : "Status";
  for (const HeaderField& field : fields) response.headers.add(field.name, field.value);
  response.body = std::move(body);
  return response;
}

inline Answer redirect(const std::string& to, int status = 302) {
  Response response;
  response.status = status;
  response.headers.add("Location", to);
  return response;
}

/// A request as it came to the fetcher.
struct Seen {
  std::string method;
  std::string url;
  Headers headers;
  std::string body;
  bool public_only = false;

  /// Value of a field; "" where there is none.
  [[nodiscard]] std::string field(std::string_view name) const {
    return std::string(headers.find(name).value_or(""));
  }
};

/// Answers by URL alone, or by the whole request.
class Script {
 public:
  template <typename Function>
  requires std::is_invocable_r_v<Answer, Function, const std::string&> Script(Function answer)
      : answer_([answer = std::move(answer)](const Seen& seen) -> Answer {
          return answer(seen.url);
        }) {}
  template <typename Function>
  requires std::is_invocable_r_v<Answer, Function, const Seen&> Script(Function answer)
      : answer_(std::move(answer)) {}

  Answer operator()(const Seen& seen) const { return answer_(seen); }

 private:
  std::function<Answer(const Seen&)> answer_;
};

class ScriptedFetcher final : public Fetcher {
 public:
  explicit ScriptedFetcher(Script script) : script_(std::move(script)) {}

  std::unique_ptr<FetchSession> open() override;

  /// Holds back the answers of `url` ("" for all) until release(); or, where it is no URL, of
  /// requests whose field X-Hold says so.
  void hold(const std::string& url = "") {
    const std::lock_guard lock(mutex_);
    held_.insert(url);
  }
  void release(const std::string& url = "") {
    const std::lock_guard lock(mutex_);
    held_.erase(url);
    for (auto& wake : wakes_) wake.second();
  }
  void releaseAll() {
    const std::lock_guard lock(mutex_);
    held_.clear();
    for (auto& wake : wakes_) wake.second();
  }
  [[nodiscard]] int count(const std::string& url) const {
    const std::lock_guard lock(mutex_);
    const auto found = started_.find(url);
    return found == started_.end() ? 0 : found->second;
  }
  /// Every request that was started, in order.
  [[nodiscard]] std::vector<Seen> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  [[nodiscard]] int total() const {
    const std::lock_guard lock(mutex_);
    int sum = 0;
    for (const auto& [url, n] : started_) sum += n;
    return sum;
  }
  [[nodiscard]] int mostInFlight() const {
    const std::lock_guard lock(mutex_);
    return most_in_flight_;
  }
  [[nodiscard]] int mostOfHost(const std::string& host) const {
    const std::lock_guard lock(mutex_);
    const auto found = most_of_host_.find(host);
    return found == most_of_host_.end() ? 0 : found->second;
  }

 private:
  friend class ScriptedSession;

  Script script_;
  mutable std::mutex mutex_;
  std::set<std::string> held_;
  std::vector<Seen> seen_;
  std::map<std::string, int> started_;
  std::map<std::string, int> of_host_;
  std::map<std::string, int> most_of_host_;
  int in_flight_ = 0;
  int most_in_flight_ = 0;
  std::map<const void*, std::function<void()>> wakes_;
};

class ScriptedSession final : public FetchSession {
 public:
  explicit ScriptedSession(ScriptedFetcher& fetcher) : fetcher_(fetcher) {
    const std::lock_guard lock(fetcher_.mutex_);
    fetcher_.wakes_[this] = [this] { wake(); };
  }
  ~ScriptedSession() override {
    const std::lock_guard lock(fetcher_.mutex_);
    fetcher_.wakes_.erase(this);
  }

  void start(FetchId id, const Request& request, const FetchLimits& limits) override {
    const std::lock_guard lock(fetcher_.mutex_);
    const std::string host(request.url->authority());
    Seen seen{std::string(request.method), request.url->text(),
              Headers(std::string(request.headers.block())), std::string(request.body),
              limits.public_only};
    fetcher_.seen_.push_back(seen);
    pending_.push_back({id, std::move(seen), host});
    ++fetcher_.started_[request.url->text()];
    fetcher_.most_in_flight_ = std::max(fetcher_.most_in_flight_, ++fetcher_.in_flight_);
    int& most = fetcher_.most_of_host_[host];
    most = std::max(most, ++fetcher_.of_host_[host]);
  }

  void cancel(FetchId id) override {
    const std::lock_guard lock(fetcher_.mutex_);
    std::erase_if(pending_, [&](const Pending& one) {
      if (one.id == id) ended(one);
      return one.id == id;
    });
  }

  void wait(TimePoint until, std::vector<Fetched>& done) override {
    if (collect(done)) return;
    std::unique_lock lock(mutex_);
    const auto woken = [this] { return woken_; };
    if (until == kNever) {
      woken_up_.wait(lock, woken);
    } else {
      woken_up_.wait_until(lock, until, woken);
    }
    woken_ = false;
    lock.unlock();
    collect(done);
  }

  void wake() noexcept override {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    woken_up_.notify_all();
  }

 private:
  struct Pending {
    FetchId id;
    Seen seen;
    std::string host;
  };

  void ended(const Pending& one) {
    --fetcher_.in_flight_;
    --fetcher_.of_host_[one.host];
  }

  bool collect(std::vector<Fetched>& done) {
    std::vector<Pending> ready;
    {
      const std::lock_guard lock(fetcher_.mutex_);
      if (fetcher_.held_.contains("")) return false;
      std::erase_if(pending_, [&](const Pending& one) {
        const bool held = fetcher_.held_.contains(one.seen.url) ||
                          fetcher_.held_.contains(one.seen.field("X-Hold"));
        if (held) return false;
        ended(one);
        ready.push_back(one);
        return true;
      });
    }
    for (const Pending& one : ready) {
      Fetched fetched;
      fetched.id = one.id;
      fetched.requests = 1;
      fetched.result = fetcher_.script_(one.seen);
      done.push_back(std::move(fetched));
    }
    return !ready.empty();
  }

  ScriptedFetcher& fetcher_;
  std::vector<Pending> pending_;
  std::mutex mutex_;
  std::condition_variable woken_up_;
  bool woken_ = false;
};

inline std::unique_ptr<FetchSession> ScriptedFetcher::open() {
  return std::make_unique<ScriptedSession>(*this);
}

}  // namespace forage::test
