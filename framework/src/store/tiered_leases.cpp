#include "store/tiered_leases.h"

#include <utility>

namespace forage::store {

/// Stands for a home before the far cache.
class TieredLeases::Relay final : public LeaseHome {
 public:
  Relay(const Drop& drop, LeaseHome& home) noexcept : drop_(drop), home_(home) {}

  void leaseEnded(const Key& key) noexcept override {
    drop_(key);
    home_.leaseEnded(key);
  }

 private:
  const Drop& drop_;
  LeaseHome& home_;
};

TieredLeases::TieredLeases(Leases& far, Drop drop) : far_(far), drop_(std::move(drop)) {}

TieredLeases::~TieredLeases() = default;

void TieredLeases::acquire(std::span<const Key> keys, std::span<State> states, LeaseHome& home) {
  Relay* relay = nullptr;
  {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Relay>& place = relays_[&home];
    if (!place) place = std::make_unique<Relay>(drop_, home);
    relay = place.get();
  }
  far_.acquire(keys, states, *relay);
  for (const Key& key : keys) drop_(key);
}

void TieredLeases::forget(LeaseHome& home) noexcept {
  std::unique_ptr<Relay> relay;
  {
    const std::lock_guard lock(mutex_);
    const auto at = relays_.find(&home);
    if (at == relays_.end()) return;
    relay = std::move(at->second);
    relays_.erase(at);
  }
  far_.forget(*relay);
  // A relay that is just telling ends here too: it does nothing after its home has been told.
}

}  // namespace forage::store
