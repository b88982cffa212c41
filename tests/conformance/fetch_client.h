// Drives one fetch session from a test: starts fetches, waits for their ends. Owns what requests
// refer to. Used by one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forage/fetcher.h"
#include "forage/url.h"

namespace forage::conformance {

inline TimePoint soon(Millis span) { return std::chrono::steady_clock::now() + span; }

class FetchClient final {
 public:
  static constexpr Millis kPatience{30'000};

  explicit FetchClient(Fetcher& fetcher) : session_(fetcher.open()) {}

  struct Order {
    std::string url;
    std::string method = "GET";
    Headers fields = {};
    std::string body = {};
    FetchLimits limits = {};
  };

  /// Begins a fetch and returns its number. Throws std::invalid_argument: not a URL.
  FetchId start(Order order) {
    const FetchId id = ++last_;
    auto held = std::make_unique<Held>();
    held->order = std::move(order);
    const auto url = Url::parse(held->order.url);
    if (!url) throw std::invalid_argument(held->order.url);
    held->url = *url;
    const Order& kept = held->order;
    const Request request{kept.method, &held->url, kept.fields.view(), kept.body};
    const FetchLimits limits = kept.limits;
    held_[id] = std::move(held);
    session_->start(id, request, limits);
    return id;
  }
  FetchId start(const std::string& url) { return start(Order{.url = url}); }

  /// Waits for the end of `id`; other fetches may end meanwhile. Throws std::runtime_error: it does
  /// not end within kPatience.
  Fetched finish(FetchId id) {
    const TimePoint limit = soon(kPatience);
    for (;;) {
      if (auto fetched = take(id)) return std::move(*fetched);
      if (std::chrono::steady_clock::now() >= limit) throw std::runtime_error("a fetch has no end");
      wait(limit);
    }
  }
  Fetched fetch(Order order) { return finish(start(std::move(order))); }
  Fetched fetch(const std::string& url) { return finish(start(url)); }

  /// One call of the session's wait().
  void wait(TimePoint until) {
    std::vector<Fetched> done;
    session_->wait(until, done);
    for (Fetched& fetched : done) {
      const FetchId id = fetched.id;
      if (!held_.contains(id) || ended_.contains(id)) throw std::logic_error("a fetch ended twice");
      ended_.emplace(id, std::move(fetched));
    }
  }

  void cancel(FetchId id) {
    session_->cancel(id);
    held_.erase(id);
  }

  [[nodiscard]] bool hasEnded(FetchId id) const { return ended_.contains(id); }
  [[nodiscard]] FetchSession& session() noexcept { return *session_; }

 private:
  struct Held {
    Order order;
    Url url;
  };

  std::optional<Fetched> take(FetchId id) {
    const auto found = ended_.find(id);
    if (found == ended_.end()) return std::nullopt;
    Fetched fetched = std::move(found->second);
    ended_.erase(found);
    held_.erase(id);
    return fetched;
  }

  FetchId last_ = 0;
  std::map<FetchId, std::unique_ptr<Held>> held_;
  std::map<FetchId, Fetched> ended_;
  std::unique_ptr<FetchSession> session_;  // first to die: it refers to what is held
};

/// The response of a fetch; one with status 0 and the failure as its reason where there is none.
[[nodiscard]] inline Response responseOf(Fetched&& fetched) {
  if (auto* response = std::get_if<Response>(&fetched.result)) return std::move(*response);
  const Failure& failure = std::get<Failure>(fetched.result);
  Response none;
  none.reason = std::string(toString(failure.kind)) + ": " + failure.message;
  return none;
}

/// The failure of a fetch; kNone with the status as its message where it has a response.
[[nodiscard]] inline Failure failureOf(Fetched&& fetched) {
  if (auto* failure = std::get_if<Failure>(&fetched.result)) return std::move(*failure);
  const Response& response = std::get<Response>(fetched.result);
  return {ErrorKind::kNone, "response " + std::to_string(response.status)};
}

}  // namespace forage::conformance
