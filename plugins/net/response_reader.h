// ResponseReader: one HTTP/1 response out of bytes that arrive in pieces, however they are cut
// (docs/adr/0009-own-http-reader.md). Interim responses are read over, trailers dropped; what is
// complete and unambiguous becomes a Response, all else a Failure. Bounded by its limits: no byte
// is looked at twice for being late, and a claim of length allocates little. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "forage/error.h"
#include "forage/message.h"
#include "net/body_buffer.h"
#include "net/chunk_decoder.h"
#include "net/head_parser.h"

namespace forage::net {

struct ReaderLimits {
  std::size_t max_header_bytes = 256u << 10;  ///< all header sections together
  std::size_t max_body = 64u << 20;
};

class ResponseReader final {
 public:
  ResponseReader() = default;
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  /// Makes ready for the response to a request; `no_body`: it was HEAD.
  void begin(const ReaderLimits& limits, bool no_body);

  /// Takes bytes in; returns how many of them belong to this response: fewer than given only once
  /// it is complete or has failed.
  std::size_t feed(std::string_view bytes);

  /// The stream ended. `orderly`: by FIN, or under TLS by close_notify. Completes a body that is
  /// delimited by that; whatever else is incomplete fails as kTruncated.
  void end(bool orderly);

  [[nodiscard]] bool isDone() const noexcept { return complete_ || failure_; }
  [[nodiscard]] bool isComplete() const noexcept { return complete_; }
  /// True while what comes next belongs to the head of this response or of one before it.
  [[nodiscard]] bool expectsHead() const noexcept { return part_ == Part::kHead && !isDone(); }
  /// True once a byte has been fed.
  [[nodiscard]] bool hasStarted() const noexcept { return started_; }
  /// True if the connection may serve another request: complete, and its end was not asked for.
  [[nodiscard]] bool keepsAlive() const noexcept { return complete_ && keep_alive_; }

  /// The response. REQUIRES: isComplete().
  [[nodiscard]] Response takeResponse();
  [[nodiscard]] const Failure& failure() const noexcept { return failure_; }

 private:
  enum class Part : std::uint8_t { kHead, kLength, kChunks, kToEnd };

  void takeHead(std::string_view& bytes);
  void finishHead();
  void beginBody(const Head& head);
  void takeLength(std::string_view& bytes);
  void takeChunks(std::string_view& bytes);
  void takeToEnd(std::string_view& bytes);
  void takeBody(std::string_view& bytes, std::size_t size);
  void complete();
  void fail(ErrorKind kind, std::string message);

  HeadParser parser_;
  ChunkDecoder chunks_;
  BodyBuffer body_;
  std::size_t max_header_bytes_ = 0;
  std::uint64_t left_ = 0;  // of a body of known length
  Part part_ = Part::kHead;
  bool no_body_ = false;
  bool started_ = false;
  bool complete_ = false;
  bool keep_alive_ = false;
  Failure failure_;
};

}  // namespace forage::net
