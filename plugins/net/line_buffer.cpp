#include "net/line_buffer.h"

namespace forage::net {

namespace {

constexpr std::size_t kKept = 4096;  // connections wait by the hundred, long lines are rare

/// Where the line ends that goes on in `bytes` after the byte `before`; 0: not in them. REQUIRES:
/// some bytes.
std::size_t findEnd(std::string_view bytes, char before, LineEnd end) noexcept {
  if (end == LineEnd::kCr && before == '\r') return 1;
  const std::size_t last = bytes.find(end == LineEnd::kCr ? '\r' : '\n');
  if (last == std::string_view::npos) return 0;
  if (end == LineEnd::kLf) return last + 1;
  return last + 1 < bytes.size() ? last + 2 : 0;
}

}  // namespace

std::string_view LineBuffer::next(std::string_view& bytes, LineEnd end) {
  if (given_) clear();
  if (bytes.empty()) return {};
  const std::size_t size = findEnd(bytes, partial_.empty() ? '\0' : partial_.back(), end);
  const std::string_view taken = bytes.substr(0, size == 0 ? bytes.size() : size);
  bytes.remove_prefix(taken.size());
  if (size != 0 && partial_.empty()) return taken;
  partial_.append(taken);
  given_ = size != 0;
  return given_ ? std::string_view(partial_) : std::string_view();
}

void LineBuffer::clear() noexcept {
  if (partial_.capacity() <= kKept) {
    partial_.clear();
  } else {
    std::string().swap(partial_);
  }
  given_ = false;
}

}  // namespace forage::net
