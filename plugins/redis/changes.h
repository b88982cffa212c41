// Tells a listener what is changed in Redis, by whomever: the server tracks keys for a connection
// of ours that hears of each change (CLIENT TRACKING with BCAST, Redis 6 and later). Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "forage/cache.h"
#include "options.h"
#include "subscriber.h"

namespace forage::redis {

class Changes final : private Subscriber::Listener {
 public:
  /// Connects at the first use, not before. REQUIRES: canSubscribe(options).
  explicit Changes(const Options& options);
  ~Changes() override;
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;

  /// As Cache::watch(). Throws ConnectionError: changes are not told now.
  bool watch(ChangeListener* listener);

 private:
  std::unique_ptr<Connection> connect() const;
  void track(Connection& connection) const;

  // Of the subscriber's thread.
  void subscribed() override { listener_->allChanged(); }
  void lost() override { listener_->allChanged(); }
  void heard(Reply&& message) override;
  TimePoint due(TimePoint) override { return kNever; }

  const Options options_;
  const Subscriber::Connect connector_;
  mutable std::atomic<bool> knows_no_tracking_{false};

  // Guards what follows; held while a thread of ours is waited for, which does not ask for it.
  std::mutex mutex_;
  ChangeListener* listener_ = nullptr;  // constant while there is a subscriber
  std::unique_ptr<Subscriber> subscriber_;
};

}  // namespace forage::redis
