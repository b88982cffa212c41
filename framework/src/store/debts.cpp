#include "store/debts.h"

#include <iterator>
#include <utility>

namespace forage::store {

namespace {

std::size_t bytesOf(const Key& key) noexcept { return Debts::kPerKey + key.size(); }

}  // namespace

void Debts::oweStore(const Key& key) {
  const std::lock_guard lock(mutex_);
  oweStoreLocked(key);
}

void Debts::oweStoreLocked(Key key) {
  const auto known = places_.find(key);
  if (known != places_.end()) {
    stores_.splice(stores_.end(), stores_, known->second);
    return;
  }
  owed_bytes_ += bytesOf(key);
  stores_.push_back(std::move(key));
  places_.emplace(stores_.back(), std::prev(stores_.end()));
  while (owed_bytes_ > max_bytes_ && !stores_.empty()) {
    (void)take(stores_.begin());
    lost_.add();
  }
  store_count_.store(stores_.size());
}

Key Debts::take(Order::iterator at) {
  places_.erase(*at);
  owed_bytes_ -= bytesOf(*at);
  Key key = std::move(*at);
  stores_.erase(at);
  return key;
}

std::vector<Key> Debts::takeStores(std::size_t most) {
  std::vector<Key> keys;
  const std::lock_guard lock(mutex_);
  while (!stores_.empty() && keys.size() < most) keys.push_back(take(stores_.begin()));
  store_count_.store(stores_.size());
  return keys;
}

void Debts::cancelStores(std::span<const Key> keys) {
  const std::lock_guard lock(mutex_);
  for (const Key& key : keys) {
    if (declined_.erase(key) > 0) declined_bytes_ -= bytesOf(key);
    const auto known = places_.find(key);
    if (known != places_.end()) (void)take(known->second);
  }
  store_count_.store(stores_.size());
}

std::size_t Debts::oweErasures(std::span<const Key> keys) {
  std::size_t forgotten = 0;
  const std::lock_guard lock(mutex_);
  for (const Key& key : keys) {
    while (owed_bytes_ + bytesOf(key) > max_bytes_ && !stores_.empty()) {
      (void)take(stores_.begin());
      lost_.add();
    }
    if (owed_bytes_ + bytesOf(key) > max_bytes_) {
      ++forgotten;
      continue;
    }
    owed_bytes_ += bytesOf(key);
    erasures_.push_back(key);
  }
  store_count_.store(stores_.size());
  return forgotten;
}

bool Debts::hasErasures() const {
  const std::lock_guard lock(mutex_);
  return !erasures_.empty();
}

std::vector<Key> Debts::erasures() const {
  const std::lock_guard lock(mutex_);
  return erasures_;
}

void Debts::paidErasures(std::span<const Key> keys) {
  const std::lock_guard lock(mutex_);  // more may have come, behind these
  for (const Key& key : keys) owed_bytes_ -= bytesOf(key);
  erasures_.erase(erasures_.begin(), erasures_.begin() + static_cast<std::ptrdiff_t>(keys.size()));
}

bool Debts::remember(std::span<const Keep> declined) {
  const std::lock_guard lock(mutex_);
  const bool had_none = declined_.empty();
  for (const Keep& item : declined) {
    if (item.only_if_absent) continue;  // what is there is as good
    if (declined_.contains(item.key)) continue;
    if (declined_bytes_ + bytesOf(item.key) > max_bytes_) break;
    declined_bytes_ += bytesOf(item.key);
    declined_.insert(item.key);
  }
  return had_none && !declined_.empty();
}

void Debts::oweDeclined() {
  const std::lock_guard lock(mutex_);
  while (!declined_.empty()) {
    oweStoreLocked(std::move(declined_.extract(declined_.begin()).value()));
  }
  declined_bytes_ = 0;
}

}  // namespace forage::store
