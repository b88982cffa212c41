// ChunkDecoder: a body in the chunked transfer coding (RFC 9112, section 7.1) out of bytes that
// arrive in pieces. Content goes straight into the body; trailers are checked and dropped. Lines
// end with CRLF or not at all, and their extensions are bounded. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "forage/error.h"
#include "net/body_buffer.h"
#include "net/line_buffer.h"
#include "net/progress.h"

namespace forage::net {

class ChunkDecoder final {
 public:
  /// Makes ready for a body; `limit` bounds what its chunk lines and trailers hold beyond sizes.
  void begin(std::size_t limit) noexcept;

  /// Takes bytes off `bytes` up to the end of the body. REQUIRES: the last progress was kMore.
  Progress feed(std::string_view& bytes, BodyBuffer& body);

  /// What was wrong, after kFailed. May be moved from.
  [[nodiscard]] Failure& failure() noexcept { return failure_; }

 private:
  enum class State : std::uint8_t { kChunkLine, kData, kDataCr, kDataLf, kTrailers };

  void takeChunkLine(std::string_view& bytes, std::size_t body_size);
  void takeData(std::string_view& bytes, BodyBuffer& body);
  void takeDataEnd(std::string_view& bytes);
  void takeTrailer(std::string_view& bytes, std::size_t body_size);
  std::string_view nextLine(std::string_view& bytes, std::size_t allowed, LineEnd end);
  void fail(ErrorKind kind, std::string message);

  LineBuffer lines_;
  std::size_t limit_ = 0;
  std::size_t extra_ = 0;   // bytes of chunk lines and trailers beyond what a size needs
  std::uint64_t left_ = 0;  // of the chunk
  State state_ = State::kChunkLine;
  Progress progress_ = Progress::kMore;
  bool has_trailer_ = false;
  Failure failure_;
};

}  // namespace forage::net
