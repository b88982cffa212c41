#include "cache/key_eraser.h"

#include <utility>

namespace forage::app {

namespace {

constexpr std::size_t kKeysAtOnce = 256;

}  // namespace

KeyEraser::KeyEraser(Cache& cache, bool dry_run, Spares spares)
    : cache_(cache), dry_run_(dry_run), spares_(std::move(spares)) {}

void KeyEraser::add(std::string_view key) {
  if (dry_run_) {
    ++erased_;
    return;
  }
  waiting_.emplace_back(key);
  if (waiting_.size() >= kKeysAtOnce) finish();
}

void KeyEraser::finish() {
  if (spares_) dropSpared();
  if (!waiting_.empty()) erased_ += cache_.erase(waiting_);
  waiting_.clear();
}

// Others store meanwhile: what was of no use when the scan showed it may have been replaced.
void KeyEraser::dropSpared() {
  std::vector<EntryPtr> found(waiting_.size());
  cache_.find(waiting_, found);
  std::vector<Key> doomed;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == nullptr || !spares_(*found[i])) doomed.push_back(std::move(waiting_[i]));
  }
  waiting_ = std::move(doomed);
}

}  // namespace forage::app
