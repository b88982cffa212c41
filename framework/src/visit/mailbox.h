// What other threads tell a group thread: kept in order, and the thread is woken once. Thread-safe;
// drained by its owner alone.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "forage/fetcher.h"
#include "forage/request_source.h"
#include "store/look_ahead.h"
#include "store/write_behind.h"
#include "visit/host_budget.h"
#include "visit/robots_gate.h"
#include "visit/single_flight.h"

namespace forage::visit {

struct FlightAnswered {
  void* visit;
  FlightAnswer answer;
};
struct SlotGranted {
  void* who;
  std::string host;
};
struct LeaseEnded {
  void* visit;
  std::uint64_t ticket;
};
struct RobotsKnown {
  void* visit;
};
struct RoomAgain {};

using Message = std::variant<std::unique_ptr<store::LookupBatch>, FlightAnswered, SlotGranted,
                             LeaseEnded, RobotsKnown, RoomAgain>;

class Mailbox final : public store::LookupHome,
                      public FlightHome,
                      public SlotHome,
                      public RobotsHome,
                      public store::RoomListener,
                      public RequestListener {
 public:
  /// `session` is woken by posts and outlives the mailbox.
  explicit Mailbox(FetchSession& session) noexcept : session_(session) {}

  void lookedUp(std::unique_ptr<store::LookupBatch> batch) noexcept override {
    post(std::move(batch));
  }
  void leaseEnded(void* visit, std::uint64_t ticket) noexcept override {
    post(LeaseEnded{visit, ticket});
  }
  void answered(void* visit, const FlightAnswer& answer) noexcept override {
    post(FlightAnswered{visit, answer});
  }
  void granted(void* who, const std::string& host) noexcept override {
    post(SlotGranted{who, host});
  }
  void robotsKnown(void* visit) noexcept override { post(RobotsKnown{visit}); }
  void hasRoom() noexcept override { post(RoomAgain{}); }
  void hasMore() noexcept override { post(RoomAgain{}); }

  /// Called by the owner, first of all: what it posts to itself wakes nobody.
  void attach() noexcept { owner_ = std::this_thread::get_id(); }

  /// Whether there is something to drain; the owner asks before it waits.
  [[nodiscard]] bool hasMail() const noexcept { return has_mail_.load(); }

  /// Wakes the owner without a message.
  void wake() noexcept { session_.wake(); }

  /// Moves everything posted so far to `messages`, which is cleared first.
  void drain(std::vector<Message>& messages) {
    messages.clear();
    const std::lock_guard lock(mutex_);
    messages.swap(messages_);
    has_mail_.store(false);
  }

 private:
  void post(Message&& message) noexcept {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = messages_.empty();
      messages_.push_back(std::move(message));
      has_mail_.store(true);
    }
    if (first && std::this_thread::get_id() != owner_) session_.wake();
  }

  FetchSession& session_;
  std::thread::id owner_;
  std::atomic<bool> has_mail_{false};
  std::mutex mutex_;  // guards messages_
  std::vector<Message> messages_;
};

}  // namespace forage::visit
