// Which leases this process holds, and which keys one of its threads is dealing with, so that no
// other does at the same time. There is a limit to how many. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "forage/clock.h"
#include "forage/entry.h"

namespace forage::redis {

class HeldLeases {
  struct Lease {
    bool of_turn = false;
    bool held = false;
    std::uint64_t number = 0;  // of the acquisition
    TimePoint until{};         // for sure, while it is held
  };
  using Node = std::pair<const Key, Lease>;

 public:
  /// A lease that is held no more.
  struct Ended {
    std::string_view key;  ///< valid until the turn ends
    TimePoint until{};     ///< its lock lasts so long at least
  };

  /// Keys that one thread deals with; others wait until it has ended.
  class Turn {
   public:
    explicit Turn(HeldLeases& leases) noexcept : leases_(leases) {}
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    [[nodiscard]] std::vector<Ended> leases() const;

   private:
    friend class HeldLeases;
    HeldLeases& leases_;
    std::vector<Node*> nodes_;
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
  /// A key of a turn is held from now on; its lock lasts until `until` at least.
  void hold(const Key& key, TimePoint until);
  /// So do these from now on, those of `lost` (indices) excepted, which are held no more unless
  /// they were acquired again meanwhile. Returns how many that ends.
  std::size_t renewed(std::span<const Held> held, std::span<const std::size_t> lost,
                      TimePoint until);
  /// Waits as begin() does. Ends what of `keys` is held; `turn` gets those.
  void end(std::span<const Key> keys, Turn& turn);
  /// Waits until something is held, and `period` longer. Returns all that is held then; nothing
  /// once stop() has been called.
  [[nodiscard]] std::vector<Held> awaitRenewal(Millis period);
  void stop() noexcept;

 private:
  using Leases = std::unordered_map<Key, Lease>;

  [[nodiscard]] bool anyOfTurn(std::span<const Key> keys) const;
  Standing stand(const Key& key, Turn& turn);

  const std::size_t max_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable turn_ended_;
  std::condition_variable keeping_;
  Leases leases_;  // held, of a turn, or both
  std::size_t held_ = 0;
  std::uint64_t number_ = 0;
  bool stopping_ = false;
};

}  // namespace forage::redis
