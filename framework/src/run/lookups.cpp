#include "run/lookups.h"

#include <utility>

namespace forage::run {

void Lookups::add(visit::Trip& trip) {
  if (batch_ == nullptr) {
    batch_ = std::make_unique<store::LookupBatch>();
    batch_->keys.reserve(store::LookAhead::kMaxKeys);
    batch_->owners.reserve(store::LookAhead::kMaxKeys);
    batch_->wishes.reserve(store::LookAhead::kMaxKeys);
  }
  batch_->keys.push_back(std::move(trip.key));
  batch_->owners.push_back(&trip);
  batch_->wishes.push_back(trip.wish);
  if (batch_->keys.size() == store::LookAhead::kMaxKeys) send();
}

void Lookups::send() {
  if (batch_ == nullptr) return;
  batch_->home = &home_;
  batch_->issued = flights_.now();
  look_ahead_->submit(std::move(batch_));
}

}  // namespace forage::run
