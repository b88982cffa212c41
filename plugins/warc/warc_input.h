// WarcInput: the bytes of a WARC file, taken out of gzip members where it has them, with the place
// of each. A plain file is one member. Bounded: it holds two buffers, and refuses what inflates out
// of all proportion. Not thread-safe.
#pragma once

#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

namespace forage::warc {

class WarcInput final {
 public:
  /// Reads `in`, which outlives the object and is called `name` in messages. Throws Error, as do
  /// all others here: "NAME: byte N: why".
  WarcInput(std::istream& in, std::string name);
  ~WarcInput();
  WarcInput(const WarcInput&) = delete;
  WarcInput& operator=(const WarcInput&) = delete;

  /// The next bytes of this member, some of them; empty at its end. Good until the next call.
  [[nodiscard]] std::string_view peek();
  /// Takes the first `count` bytes of peek().
  void take(std::size_t count) noexcept;
  /// Moves to the next member; false: there is none. REQUIRES: peek() is empty.
  [[nodiscard]] bool nextMember();
  /// Reads over what is left of this member.
  void skipMember();

  [[nodiscard]] bool isGzip() const noexcept { return gzip_; }
  /// Members before this one.
  [[nodiscard]] std::uint64_t member() const noexcept { return member_; }
  /// Bytes of this member that have been taken.
  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }
  /// The place in the file: of the next byte where it is plain, of this member where it is gzip.
  [[nodiscard]] std::uint64_t offset() const noexcept {
    return gzip_ ? member_at_ : member_at_ + taken_;
  }

  /// Throws Error: "NAME: byte OFFSET: what".
  [[noreturn]] void fail(std::uint64_t offset, std::string_view what) const;

 private:
  static constexpr std::size_t kBuffer = 64u << 10;

  [[nodiscard]] bool readRaw();
  void inflateSome();
  void checkProportion() const;

  std::istream& in_;
  const std::string name_;
  std::array<char, kBuffer> raw_;    // as in the file
  std::array<char, kBuffer> plain_;  // inflated
  std::string_view raw_left_;
  std::string_view left_;       // what peek() shows
  std::uint64_t raw_read_ = 0;  // bytes of the file in or before raw_
  std::uint64_t inflated_ = 0;
  std::uint64_t member_ = 0;
  std::uint64_t member_at_ = 0;
  std::uint64_t taken_ = 0;
  bool gzip_ = false;
  bool member_ended_ = false;
  z_stream stream_{};
};

}  // namespace forage::warc
