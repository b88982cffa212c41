#include "net/body_buffer.h"

#include <algorithm>
#include <utility>

namespace forage::net {

namespace {

constexpr std::uint64_t kFirstAllocation = 1u << 20;  // a claim alone never gets twice as much

}  // namespace

void BodyBuffer::begin(std::size_t limit) noexcept {
  body_.clear();
  limit_ = limit;
  length_ = 0;
}

void BodyBuffer::expect(std::uint64_t length) {
  length_ = length;
  const bool modest = length <= 2 * kFirstAllocation;
  body_.reserve(static_cast<std::size_t>(modest ? length : kFirstAllocation));
}

void BodyBuffer::expectWithin(std::size_t received) {
  if (body_.empty()) body_.reserve(std::min(received, limit_));
}

bool BodyBuffer::append(std::string_view bytes) {
  if (bytes.size() > limit_ - body_.size()) return false;
  if (bytes.size() > body_.capacity() - body_.size()) makeRoom(bytes.size());
  body_.append(bytes);
  return true;
}

// Where the length is known, ends with just that capacity: std::string doubles what is less.
void BodyBuffer::makeRoom(std::size_t more) {
  if (length_ <= body_.capacity()) return;
  const std::uint64_t capacity = body_.capacity();
  const std::uint64_t room = length_ <= 16 * capacity ? length_ : 8 * capacity;
  body_.reserve(static_cast<std::size_t>(std::max<std::uint64_t>(room, body_.size() + more)));
}

std::string BodyBuffer::take() {
  giveBackSlack(body_);
  return std::move(body_);
}

void giveBackSlack(std::string& text) {
  if (text.capacity() > text.size() + text.size() / 4 + 64) text.shrink_to_fit();
}

}  // namespace forage::net
