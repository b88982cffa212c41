// ResponseReader: one HTTP/1 response out of bytes that arrive in pieces, however they are cut.
// Framing by Boost.Beast's parser (docs/adr/0003-http-parser.md says why, and what is done about
// what it gets wrong). Interim responses are read over, trailers dropped; what is complete and
// unambiguous becomes a Response, all else a Failure. Bounded by its limits. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "forage/error.h"
#include "forage/message.h"

namespace forage::net {

struct ReaderLimits {
  std::size_t max_header_bytes = 256u << 10;  ///< all header sections together
  std::size_t max_body = 64u << 20;
};

class ResponseReader final {
 public:
  ResponseReader();
  ~ResponseReader();
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
  /// True once a byte has been fed.
  [[nodiscard]] bool hasStarted() const noexcept { return started_; }
  /// True if the connection may serve another request: complete, and its end was not asked for.
  [[nodiscard]] bool keepsAlive() const noexcept { return complete_ && keep_alive_; }

  /// The response. REQUIRES: isComplete().
  [[nodiscard]] Response takeResponse();
  [[nodiscard]] const Failure& failure() const noexcept { return failure_; }

 private:
  struct Message;

  std::size_t consume(std::string_view bytes);
  std::size_t consumeHead(std::string_view bytes);
  std::size_t consumeBody(std::string_view bytes);
  void parseHead(std::string_view head);
  void finishHead();
  void checkLength();
  void complete();
  void fail(ErrorKind kind, std::string message);

  std::unique_ptr<Message> message_;
  std::string pending_;             // begins with an element that is not complete yet
  std::uint64_t header_bytes_ = 0;  // of the sections complete so far
  bool in_head_ = true;
  bool started_ = false;
  bool complete_ = false;
  bool keep_alive_ = false;
  Failure failure_;
};

}  // namespace forage::net
