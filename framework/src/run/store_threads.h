// The threads between the group threads of a run and a cache that does I/O: they look up ahead and
// write behind. There are none where the cache answers without.
#pragma once

#include <cstddef>
#include <optional>

#include "store/guarded_cache.h"
#include "store/lease_desk.h"
#include "store/look_ahead.h"
#include "store/write_behind.h"
#include "visit/single_flight.h"

namespace forage::run {

class StoreThreads {
 public:
  /// All outlive this; `flights` are told what has been written. `queue_max`: bytes that may wait
  /// to be written.
  StoreThreads(store::GuardedCache& cache, store::LeaseDesk& leases, visit::SingleFlight& flights,
               std::size_t queue_max);

  /// Null where there are none.
  [[nodiscard]] store::LookAhead* lookAhead() noexcept {
    return look_ahead_ ? &*look_ahead_ : nullptr;
  }
  [[nodiscard]] store::WriteBehind* writes() noexcept { return writes_ ? &*writes_ : nullptr; }

  /// Answers the look-ups that are under way, and ends their threads.
  void endLookups() noexcept { look_ahead_.reset(); }
  /// As WriteBehind::flush.
  void flush();

 private:
  std::optional<store::WriteBehind> writes_;
  std::optional<store::LookAhead> look_ahead_;
};

}  // namespace forage::run
