// Cache: a plug point. A store of entries and nothing more: HTTP rules live in the framework.
// Implementations are thread-safe, may drop any entry at any time, and tell "missing" (null) from
// "cannot answer" (CacheError). Run tests/conformance's cache suite against yours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forage/clock.h"
#include "forage/entry.h"
#include "forage/error.h"
#include "forage/export.h"

namespace forage {

/// One entry to keep.
struct Keep {
  Key key;
  EntryPtr entry;               ///< never null
  Millis lifetime = kForever;   ///< from now; > 0
  bool only_if_absent = false;  ///< do not replace what is there
};

/// What a cache holds and has done since it was made. Counters only grow.
struct CacheStats {
  std::uint64_t entries = 0;   ///< now held; 0 where the cache cannot tell cheaply
  std::uint64_t bytes = 0;     ///< now occupied; 0 where the cache cannot tell cheaply
  std::uint64_t capacity = 0;  ///< bytes it may occupy; 0: not limited here
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t stores = 0;
  std::uint64_t declined = 0;   ///< stores not kept (too large, out of memory); not: already there
  std::uint64_t evictions = 0;  ///< dropped to make room
  std::uint64_t expired = 0;    ///< dropped at the end of their lifetime
  std::uint64_t damaged = 0;    ///< values that failed their check; also counted as misses
  std::vector<std::pair<std::string, std::uint64_t>> more;  ///< of this cache alone: "connections"
};

/// What scan() and inspect() show of an entry.
struct Scanned {
  std::string_view key;
  EntryPtr entry;               ///< null from inspect() alone: there is a value, but no entry
  Millis remaining = kForever;  ///< of its lifetime
};

/// Is told when a lease of another process has ended. The implementation is the host's.
class FORAGE_API LeaseHome {
 public:
  virtual ~LeaseHome();
  /// Called once for each key that acquire() gave as kOthers: when that lease was released, when
  /// the life that it had then is over (its holder may have renewed it since), or when the cache
  /// can tell no longer. So look again, then ask again. It may come before acquire() has returned.
  /// By a thread of the cache, without its locks held; quick, thread-safe.
  virtual void leaseEnded(const Key& key) noexcept = 0;
};

/// Single-flight across the processes that share a store: who holds the lease of a key fetches what
/// is missing under it, the others wait for it. A lease has a life, which its holder's process
/// renews; so that of a process that died ends by itself. It saves requests, and promises nothing:
/// a store that loses leases, or has no room for one, lets two fetch. Thread-safe; called by store
/// threads, which may block.
class FORAGE_API Leases {
 public:
  enum class State : std::uint8_t {
    kMine,         ///< held by this process until release(), also when it held it before
    kMineMissing,  ///< the same; and the store had no entry of the key by then: no need to look
    kOthers,       ///< held by another process: `home` will be told
  };

  virtual ~Leases();

  /// Asks for the leases of all `keys`; `states[i]` becomes that of `keys[i]`, the same for equal
  /// ones. A home that asks again for what it waits for waits once. `home` outlives its forget().
  /// REQUIRES: states.size() == keys.size(). Throws CacheError: cannot answer; no lease is held and
  /// nobody told anything for this call, and who fetches does so without.
  virtual void acquire(std::span<const Key> keys, std::span<State> states, LeaseHome& home) = 0;

  /// Ends leases of this process, after what was fetched has been stored, or will not be: those who
  /// wait are told. Others' leases and keys without one are left alone. Never fails: what cannot be
  /// ended now ends with its life.
  virtual void release(std::span<const Key> keys) noexcept = 0;

  /// When this returns, `home` is told nothing more. It may be called while `home` is being told,
  /// by that call too.
  virtual void forget(LeaseHome& home) noexcept = 0;
};

/// Is told what others have changed in a store. Called by a thread of the cache, without its locks
/// held; quick, thread-safe. It does not call watch().
class FORAGE_API ChangeListener {
 public:
  virtual ~ChangeListener();
  /// Entries were replaced, erased or have expired.
  virtual void changed(std::span<const Key> keys) noexcept = 0;
  /// Anything may have changed: the store was emptied, or changes may have been missed, or will be
  /// until this is called again. Which of these, watch() says.
  virtual void allChanged() noexcept = 0;
};

class FORAGE_API Cache {
 public:
  /// Sees one entry; returns false to end the scan.
  using Visitor = std::function<bool(const Scanned&)>;

  virtual ~Cache();

  /// True: never does I/O, and is called in place by group threads. False: called only by store
  /// threads, which may block. Constant.
  [[nodiscard]] virtual bool answersWithoutIo() const noexcept = 0;

  /// Looks all `keys` up; `found[i]` becomes the entry of `keys[i]`, or null: a miss.
  /// REQUIRES: found.size() == keys.size(). Throws CacheError: cannot answer; `found` is then
  /// unspecified.
  virtual void find(std::span<const Key> keys, std::span<EntryPtr> found) = 0;

  /// Keeps every item, replacing older ones, or declines it (counted). A find() that begins after
  /// store() returned sees it, unless it has been dropped since. Throws CacheError: some may not
  /// have been kept.
  virtual void store(std::span<const Keep> items) = 0;

  /// Drops the entries of `keys`; returns how many there were. Throws CacheError.
  virtual std::size_t erase(std::span<const Key> keys) = 0;

  /// Shows every entry whose key matches `pattern` (glob: * ? [a-z] \, as in Redis), in no order.
  /// Entries that come or go meanwhile may or may not be shown; none is shown after it expired.
  /// Throws CacheError.
  virtual void scan(std::string_view pattern, const Visitor& visitor) = 0;

  [[nodiscard]] virtual CacheStats stats() const noexcept = 0;

  /// As scan(), and shows what is no entry too, with a null one: values that are damaged, cut or
  /// foreign, such as find() counts as damaged. One that is merely beyond a limit of this cache is
  /// not shown. A cache that can hold nothing but entries has no need of its own.
  virtual void inspect(std::string_view pattern, const Visitor& visitor);

  /// Makes what was stored durable; called once at the end of each run. Throws CacheError.
  virtual void flush();

  /// Single-flight across processes; null: it stays within this one. Constant, owned by the cache.
  [[nodiscard]] virtual Leases* leases() noexcept;

  /// Has `listener` told of every change from now on, those of this cache object included or not;
  /// null ends that, and when it returns nobody is told anything more. Returns false where the
  /// store cannot tell, and never will. Called again with the same listener it changes nothing, and
  /// says whether changes are being told: what to do after allChanged() before trusting a copy. May
  /// do I/O; throws CacheError: not now, but allChanged() is called once they are. The listener
  /// outlives the cache, or watch(nullptr).
  virtual bool watch(ChangeListener* listener);
};

}  // namespace forage
