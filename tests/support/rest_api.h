// What a REST API in the manner of Upstash answers to a request, with every command run by a real
// Redis. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>

#include "support/rest_commands.h"

namespace forage::test {

struct RestApiConfig {
  std::string token = "front-token";
  bool resp2 = true;                     ///< false: it knows JSON alone
  bool base64 = true;                    ///< false: strings are never encoded
  bool lags = false;                     ///< a look-up without the newest sync token finds nothing
  std::size_t max_request = 10'485'760;  ///< bytes, of requests and of replies
};

/// A request as it came.
struct RestSeen {
  std::string method;
  std::string target;
  std::string authorization;
  std::string content_type;
  std::string format;    ///< Upstash-Response-Format; "json" without one
  std::string encoding;  ///< Upstash-Encoding
  std::string sync_token;
  std::string body;
};

struct RestAnswer {
  int status = 200;
  std::string type = "application/json";
  std::string body;
};

class RestApi {
 public:
  /// Redis is asked over its unix socket.
  RestApi(std::filesystem::path socket, RestApiConfig config)
      : config_(std::move(config)), socket_(std::move(socket)) {}

  [[nodiscard]] RestAnswer answerTo(const RestSeen& seen);
  /// What goes with every answer.
  [[nodiscard]] std::string syncToken() const;
  [[nodiscard]] const RestApiConfig& config() const noexcept { return config_; }

 private:
  void check(const RestSeen& seen) const;
  [[nodiscard]] bool wantsBase64(const RestSeen& seen) const;
  RestAnswer single(const RestSeen& seen);
  RestAnswer pipeline(const RestSeen& seen);
  RedisReplyPtr run(RestBackend& backend, const RestCommand& command, const std::string& token);
  [[nodiscard]] bool isStale(const std::string& token) const;

  const RestApiConfig config_;
  const std::filesystem::path socket_;
  mutable std::mutex mutex_;  // guards writes_
  std::uint64_t writes_ = 0;
};

}  // namespace forage::test
