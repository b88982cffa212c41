// A REST API in the manner of Upstash before a real redis-server, for tests: only the framing over
// HTTP is its own, every command is run by Redis. What Upstash documents it does: /, /pipeline,
// path forms with a raw body and query options, JSON, base64 and RESP2, sync tokens, limits of
// size. It can be told to fail. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/redis_server.h"
#include "support/rest_api.h"

namespace forage::test {

/// PEM files; without them it speaks plain HTTP.
struct RestFrontTls {
  std::filesystem::path certificate{};
  std::filesystem::path key{};
};

class RestFront {
 public:
  /// What it does instead of answering.
  struct Fault {
    enum class Kind : std::uint8_t {
      kStatus,  ///< answers `status`, with `body`, and Retry-After where `retry_after` is not ""
      kClose,   ///< closes the connection
      kCut,     ///< answers half a response, and closes the connection
      kSilent,  ///< says nothing until it ends
      kPassAndClose,  ///< has the commands run, and closes the connection without a word
    };
    Kind kind = Kind::kStatus;
    int status = 503;
    std::string retry_after{};
    std::string body = R"({"error":"later"})";
  };

  explicit RestFront(const RedisServer& server, RestApiConfig config = {},
                     const RestFrontTls& tls = {});
  ~RestFront();
  RestFront(const RestFront&) = delete;
  RestFront& operator=(const RestFront&) = delete;

  /// "http://127.0.0.1:PORT", or with https.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] const std::string& token() const noexcept;

  /// Has the next requests fail, one each.
  void failNext(const std::vector<Fault>& faults);
  [[nodiscard]] std::vector<RestSeen> seen() const;
  /// Forgets what it has seen.
  void forget();
  /// Connections taken so far.
  [[nodiscard]] std::size_t connections() const;

 private:
  class State;
  class Server;

  bool tls_;
  std::unique_ptr<State> state_;
  std::unique_ptr<Server> server_;
};

}  // namespace forage::test
