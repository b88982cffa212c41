// Hears one channel of Redis: a connection in Pub/Sub mode with a thread of its own, begun at the
// first use. A lost connection is made anew, after a period that doubles while that fails; one that
// is silent is asked for a sign of life. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>

#include "backoff.h"
#include "connection.h"
#include "fault.h"
#include "forage/clock.h"
#include "options.h"
#include "wake_event.h"

namespace forage::redis {

/// A connection that hears channels is had with a single server that is spoken to in RESP.
[[nodiscard]] inline bool canSubscribe(const Options& options) noexcept {
  return !options.rest && options.location.topology != Location::Topology::kCluster;
}

class Subscriber {
 public:
  /// Makes a connection that is ready to subscribe, or throws ConnectionError.
  using Connect = std::function<std::unique_ptr<Connection>()>;

  /// Is told by the subscriber's thread, without locks held.
  class Listener {
   public:
    virtual ~Listener() = default;
    /// From now on everything is heard.
    virtual void subscribed() = 0;
    /// Throws ConnectionError: this is no message, and the connection of no more use.
    virtual void heard(Reply&& message) = 0;
    /// After subscribed(): from now on nothing is.
    virtual void lost() = 0;
    /// While subscribed: does what is due. Returns when there is more to do.
    virtual TimePoint due(TimePoint now) = 0;
  };

  /// What is heard: a channel, and the rights that a user needs for it, for messages.
  struct Subject {
    std::string channel;
    std::string_view rights;
  };

  /// A connection that has said nothing for this long is asked for a sign of life, which it has to
  /// give within the command timeout.
  static constexpr Millis kSilence{2'000};

  /// `listener` outlives it.
  Subscriber(const Options& options, Connect connect, Subject subject, Listener& listener);
  /// Tells nothing more; waits for a connection that is just being made.
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  /// Returns when the channel is heard; waits only for the first attempt to get there.
  /// Throws ConnectionError: it is not heard now.
  void awaitUp();
  /// False: what is published now may be missed. Then lost() has been called, or will be.
  [[nodiscard]] bool isUp() const;
  /// Has Listener::due() called soon.
  void wake() const noexcept { wake_.set(); }

 private:
  enum class State : std::uint8_t { kFirstAttempt, kUp, kDown };

  void run();
  void serve();
  void hear(Connection& connection);
  void take(Reply&& reply);
  void up();
  void down(const ConnectionError& error);
  void pause();

  const Millis command_timeout_;
  const Connect connect_;
  const Subject subject_;
  Listener& listener_;
  const WakeEvent wake_;
  std::atomic<bool> stopping_{false};

  // Of the thread.
  Backoff backoff_;
  std::minstd_rand random_;
  TimePoint up_since_{};

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  State state_ = State::kFirstAttempt;
  Fault fault_ = Fault::kUnreachable;
  std::string failure_;
  std::thread thread_;
};

}  // namespace forage::redis
