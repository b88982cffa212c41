// BodyBuffer: the body of a response as it grows, never beyond a limit. A claim of length alone
// allocates little; what is received decides. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace forage::net {

class BodyBuffer final {
 public:
  /// Makes ready for a body of at most `limit` bytes.
  void begin(std::size_t limit) noexcept;
  /// Makes room for a body of that length, or for some of it. REQUIRES: no more than the limit.
  void expect(std::uint64_t length);
  /// Makes room in an empty body for what `received` bytes can hold of it at most.
  void expectWithin(std::size_t received);
  /// False, and nothing is taken, if the body would be over the limit.
  [[nodiscard]] bool append(std::string_view bytes);

  [[nodiscard]] std::size_t size() const noexcept { return body_.size(); }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
  [[nodiscard]] std::string take();

 private:
  void makeRoom(std::size_t more);

  std::string body_;
  std::size_t limit_ = 0;
  std::uint64_t length_ = 0;  // as expected; 0: not known
};

/// Gives back what `text` does not use of its memory, if that is much: caches are charged for it.
void giveBackSlack(std::string& text);

}  // namespace forage::net
