#include "run/store_threads.h"

#include <span>

namespace forage::run {

using store::WriteBehind;

StoreThreads::StoreThreads(store::GuardedCache& cache, store::LeaseDesk& leases,
                           visit::SingleFlight& flights, std::size_t queue_max) {
  if (cache.answersWithoutIo()) return;
  look_ahead_.emplace(cache, leases);
  writes_.emplace(cache, leases, queue_max, [&flights](std::span<const WriteBehind::Write> batch) {
    using Kind = WriteBehind::Kind;
    for (const WriteBehind::Write& write : batch) {
      const Keep& item = write.keep;
      if (write.kind == Kind::kErase) flights.endErase(item.key);
      if (write.kind == Kind::kStore) flights.retire(item.key, item.entry, true);
    }
  });
}

void StoreThreads::flush() {
  if (writes_) writes_->flush();
}

}  // namespace forage::run
