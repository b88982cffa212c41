// Remembers which entries went not long ago, by 16 bits of each one's hash: rows of 16, and in each
// row the oldest makes room for the newest. May take one entry in 4,000 for another, which does no
// harm. Not thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace forage::memory {

class Ghosts {
 public:
  [[nodiscard]] std::size_t capacity() const noexcept { return rows_.size() * kRow; }
  [[nodiscard]] std::size_t bytes() const noexcept { return rows_.size() * sizeof(Row); }
  /// What grow() will occupy, while what bytes() says is still occupied too.
  [[nodiscard]] std::size_t bytesGrown() const noexcept { return grown() * sizeof(Row); }

  /// Makes room for more, and forgets all. Throws bad_alloc, changing nothing.
  void grow() { std::vector<Row>(grown()).swap(rows_); }
  /// Forgets all and gives its memory back.
  void clear() noexcept { std::vector<Row>().swap(rows_); }

  void add(std::uint32_t tag) noexcept {
    if (rows_.empty()) return;
    Row& row = rowOf(tag);
    std::copy_backward(row.begin(), row.end() - 1, row.end());
    row.front() = markOf(tag);
  }

  /// Whether it is remembered; it is then forgotten.
  [[nodiscard]] bool take(std::uint32_t tag) noexcept {
    if (rows_.empty()) return false;
    Row& row = rowOf(tag);
    const auto it = std::find(row.begin(), row.end(), markOf(tag));
    if (it == row.end()) return false;
    *it = kNone;
    return true;
  }

 private:
  static constexpr std::size_t kRow = 16;
  static constexpr std::uint16_t kNone = 0;
  using Row = std::array<std::uint16_t, kRow>;

  [[nodiscard]] static std::uint16_t markOf(std::uint32_t tag) noexcept {
    return static_cast<std::uint16_t>(std::max(tag & 0xffff, 1u));
  }
  [[nodiscard]] Row& rowOf(std::uint32_t tag) noexcept {
    return rows_[(std::uint64_t{tag} * rows_.size()) >> 32];
  }
  [[nodiscard]] std::size_t grown() const noexcept { return rows_.size() + rows_.size() / 4 + 1; }

  std::vector<Row> rows_;
};

}  // namespace forage::memory
