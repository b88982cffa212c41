// Single-flight, exactly: of all visits that want one key at the same time, over all groups, one
// leads and fetches; the others are parked and woken with its answer.
//
// A flight that has been answered stays, holding its entry, until its store is acknowledged, so
// that nobody misses what is on its way to the cache. After that a mark stays: a look-up that was
// issued before the acknowledgement may have missed it, and whoever leads with such a look-up is
// told to look again. Marks are bounded; what gave way to another's mark looks again too.
//
// Thread-safe. Parked visits are told without a lock held. (After groupcache's singleflight, with
// its "look again inside the flight".)
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "forage/entry.h"
#include "forage/error.h"
#include "visit/marks.h"

namespace forage::visit {

/// What becomes of a parked visit.
struct FlightAnswer {
  EntryPtr entry;       ///< the leader's response, storable or not
  Failure failure;      ///< the leader's failure, where there is no entry
  bool lead = false;    ///< the leader gave up: this visit leads now
  bool stale = false;   ///< `entry` has expired, and answers because the server cannot
  bool stored = false;  ///< `entry` is in the cache, or on its way there
};

/// Is told what becomes of its parked visits. Called by any group thread; quick, thread-safe.
class FlightHome {
 public:
  virtual ~FlightHome() = default;
  virtual void answered(void* visit, const FlightAnswer& answer) noexcept = 0;
};

class SingleFlight {
 public:
  enum class Role {
    kLeads,
    kParked,
    kAnswered,
    kAlone,  ///< the fetch under way predates an erasure: the visit fetches for itself
  };
  struct Joined {
    Role role = Role::kLeads;
    EntryPtr entry;           ///< for kAnswered
    bool look_again = false;  ///< for kLeads: the look-up may predate an answer
  };

  /// What becomes of a flight that has been answered.
  enum class Then {
    kEnds,    ///< it ends: its entry is not stored
    kHeld,    ///< it stays until retire(): its entry is on its way to the cache
    kMarked,  ///< it ends: the cache has acknowledged its entry already
  };

  /// The moment in the order of acknowledgements and erasures; to be taken before a look-up is
  /// issued, or a fetch begun.
  [[nodiscard]] std::uint64_t now() const noexcept { return sequence_.load(); }

  /// Asks for `key` after a look-up issued at `issued` has missed it. kLeads: the caller owes
  /// complete(), fail() or abandon(). kParked: `home` will be told about `visit`, exactly once;
  /// without a `home` nobody is.
  [[nodiscard]] Joined join(const Key& key, std::uint64_t issued, FlightHome* home, void* visit);

  /// Answers a flight; `stale` is told to those who wait.
  void complete(const Key& key, const EntryPtr& entry, Then then, bool stale = false);

  /// Ends a held flight; `stored`: the cache has acknowledged its entry.
  void retire(const Key& key, const EntryPtr& entry, bool stored);

  /// Ends a flight; its failure is shared with those parked now, not with later ones.
  void fail(const Key& key, const Failure& failure);

  /// The leader was cancelled: hands over to the visit parked longest, or ends the flight.
  void abandon(const Key& key);

  /// What the cache holds of `key` is being erased, until endErase(): what look-ups find of it, or
  /// found before that, is of the past, and so are held flights and the answers of fetches under
  /// way. Each begin has its end.
  void beginErase(const Key& key);
  void endErase(const Key& key);
  /// Whether what a look-up issued at `issued` found of `key` may have been erased since.
  [[nodiscard]] bool isErased(const Key& key, std::uint64_t issued) noexcept {
    return any_erased_.load(std::memory_order_relaxed) && isErasedSince(key, issued);
  }
  /// Whether anything has been erased yet: until then isErased() is false for all.
  [[nodiscard]] bool hasErased() const noexcept {
    return any_erased_.load(std::memory_order_relaxed);
  }
  /// Whether the answer to a fetch begun at `begun` may be older than an erasure of `key`.
  [[nodiscard]] bool isOutdated(const Key& key, std::uint64_t begun) noexcept {
    return any_erased_.load(std::memory_order_relaxed) && isOutdatedSince(key, begun);
  }

  /// Flights under way or held; for tests and metrics.
  [[nodiscard]] std::size_t size() const;

 private:
  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kMaxSpare = 64;       // of a shard
  static constexpr std::size_t kMaxSpareKey = 1024;  // bytes that a spare keeps for its next key

  struct Parked {
    FlightHome* home;
    void* visit;
  };
  struct Flight {
    EntryPtr entry;  // null while it is under way
    std::vector<Parked> parked;
    bool outdated = false;  // it was begun before an erasure: nobody joins it any more
  };
  /// A key with its hash, which is computed once for each call.
  struct Ref {
    std::string_view key;
    std::uint64_t hash;
    explicit Ref(const Key& key) noexcept;
  };
  struct Name {
    Key key;
    std::uint64_t hash;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Ref& ref) const noexcept { return ref.hash; }
    std::size_t operator()(const Name& name) const noexcept { return name.hash; }
  };
  struct Equal {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const noexcept {
      return a.hash == b.hash && a.key == b.key;
    }
  };
  using Flights = std::unordered_map<Name, Flight, Hash, Equal>;
  struct alignas(64) Shard {
    mutable std::mutex mutex;  // guards the rest; innermost
    Flights flights;
    std::vector<Flights::node_type> spare;  // ended flights, to be used again
    Marks marks;
    std::unordered_map<Key, std::size_t> erasing;  // how often
    Marks erased;                                  // ends of erasures
    Marks outdated;                                // begins of erasures
  };

  Shard& shardOf(const Ref& ref) noexcept { return shards_[ref.hash % kShards]; }
  bool isErasedSince(const Key& key, std::uint64_t issued) noexcept;
  bool isOutdatedSince(const Key& key, std::uint64_t begun) noexcept;
  static Flight& begin(Shard& shard, const Ref& ref);
  static void end(Shard& shard, Flights::iterator flight);
  std::vector<Parked> end(const Ref& ref, bool marked);

  std::atomic<std::uint64_t> sequence_{0};
  std::atomic<bool> any_erased_{false};  // until then nobody needs to look
  std::array<Shard, kShards> shards_;
};

}  // namespace forage::visit
