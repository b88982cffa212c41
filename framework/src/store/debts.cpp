#include "store/debts.h"

#include <utility>

namespace forage::store {

namespace {

/// What a key occupies.
std::size_t bytesOf(const Key& key) noexcept { return sizeof(Key) + key.size(); }

}  // namespace

void Debts::oweStore(const Key& key) {
  const std::lock_guard lock(mutex_);
  oweStoreLocked(key);
}

void Debts::oweStoreLocked(Key key) {
  owed_bytes_ += bytesOf(key);
  stores_.push_back(std::move(key));
  while (owed_bytes_ > max_bytes_ && !stores_.empty()) {
    owed_bytes_ -= bytesOf(stores_.front());
    stores_.pop_front();
    lost_.add();
  }
  store_count_.store(stores_.size());
}

std::vector<Key> Debts::takeStores(std::size_t most) {
  std::vector<Key> keys;
  const std::lock_guard lock(mutex_);
  while (!stores_.empty() && keys.size() < most) {
    owed_bytes_ -= bytesOf(stores_.front());
    keys.push_back(std::move(stores_.front()));
    stores_.pop_front();
  }
  store_count_.store(stores_.size());
  return keys;
}

void Debts::oweErasures(std::span<const Key> keys) {
  const std::lock_guard lock(mutex_);
  for (const Key& key : keys) {
    if (owed_bytes_ + bytesOf(key) > max_bytes_) break;
    owed_bytes_ += bytesOf(key);
    erasures_.push_back(key);
  }
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
    if (declined_bytes_ + bytesOf(item.key) > max_bytes_) break;
    declined_bytes_ += bytesOf(item.key);
    declined_.push_back(item.key);
  }
  return had_none && !declined_.empty();
}

void Debts::oweDeclined() {
  const std::lock_guard lock(mutex_);
  for (Key& key : declined_) oweStoreLocked(std::move(key));
  declined_.clear();
  declined_bytes_ = 0;
}

}  // namespace forage::store
