#include "warc/past_responses.h"

#include <utility>

#include "forage/message.h"

namespace forage::warc {

namespace {

constexpr std::size_t kOverhead = 256;  // of a place in the order and of those in both indexes

std::string captureName(std::string_view uri, std::string_view date) {
  return std::string(date).append(1, ' ').append(uri);
}

}  // namespace

void PastResponses::add(std::string_view uri, std::string_view date, std::string_view digest,
                        const EntryPtr& entry) {
  Past past{captureName(uri, date), std::string(digest), entry, 0};
  past.bytes = entry->footprint() + past.capture.size() + past.digest.size() + kOverhead;
  if (past.bytes > max_bytes_) return;
  bytes_ += past.bytes;
  const Past& kept = order_.emplace_back(std::move(past));
  enter(captures_, kept.capture, kept);
  if (!digest.empty()) enter(payloads_, kept.digest, kept);
  while (bytes_ > max_bytes_) dropOldest();
}

EntryPtr PastResponses::find(std::string_view uri, std::string_view date,
                             std::string_view digest) const {
  const Past* past = findIn(captures_, captureName(uri, date));
  const bool is_another = past != nullptr && !digest.empty() && !past->digest.empty() &&
                          !equalsIgnoreCase(past->digest, digest);
  if ((past == nullptr || is_another) && !digest.empty()) past = findIn(payloads_, digest);
  return past == nullptr ? nullptr : past->entry;
}

const PastResponses::Past* PastResponses::findIn(const Index& index, std::string_view name) {
  const auto at = index.find(name);
  return at == index.end() ? nullptr : at->second;
}

// The name that is looked for lies in `past`, and goes with it.
void PastResponses::enter(Index& index, std::string_view name, const Past& past) {
  index.erase(name);
  index.emplace(name, &past);
}

void PastResponses::erase(Index& index, std::string_view name, const Past& past) {
  const auto at = index.find(name);
  if (at != index.end() && at->second == &past) index.erase(at);
}

void PastResponses::dropOldest() {
  const Past& past = order_.front();
  bytes_ -= past.bytes;
  erase(captures_, past.capture, past);
  erase(payloads_, past.digest, past);
  order_.pop_front();
}

}  // namespace forage::warc
