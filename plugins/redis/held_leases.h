// Which leases this process holds, and which keys one of its threads is dealing with, so that no
// other does at the same time. There is a limit to how many. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "forage/clock.h"
#include "forage/entry.h"

namespace forage::redis {

class HeldLeases {
 public:
  /// Keys that one thread deals with; others wait until it has ended.
  class Turn {
   public:
    explicit Turn(HeldLeases& leases) noexcept : leases_(leases) {}
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    [[nodiscard]] std::span<const Key> keys() const noexcept { return keys_; }

   private:
    friend class HeldLeases;
    HeldLeases& leases_;
    std::vector<Key> keys_;
  };

  enum class Standing : std::uint8_t {
    kHeld,    ///< already
    kTurn,    ///< of the turn from now on
    kTwin,    ///< so is one before it among the keys
    kNoRoom,  ///< too many are held
  };

  struct Held {
    Key key;
    std::uint64_t number;  ///< of the acquisition
  };

  explicit HeldLeases(std::size_t max) : max_(max) {}
  HeldLeases(const HeldLeases&) = delete;
  HeldLeases& operator=(const HeldLeases&) = delete;

  /// Waits until no other thread deals with any of `keys`; `turn` gets those that are not held.
  /// Returns how each stands.
  std::vector<Standing> begin(std::span<const Key> keys, Turn& turn);
  /// A key of a turn is held from now on.
  void hold(const Key& key);
  /// Ends what of `keys` is held; `turn` gets those.
  void end(std::span<const Key> keys, Turn& turn);
  /// Ends what turned out not to be ours, unless it was acquired again meanwhile. Returns whether
  /// it did.
  bool lose(const Held& held);

  /// Waits until something is held, and `period` longer. Returns all that is held then; nothing
  /// once stop() has been called.
  [[nodiscard]] std::vector<Held> awaitRenewal(Millis period);
  void stop() noexcept;

 private:
  const std::size_t max_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable turn_ended_;
  std::condition_variable keeping_;
  std::unordered_map<Key, std::uint64_t> held_;  // with the number of the acquisition
  std::unordered_set<Key> of_turns_;
  std::uint64_t number_ = 0;
  bool stopping_ = false;
};

}  // namespace forage::redis
