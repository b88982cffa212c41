// What can go wrong, and under which name it is reported. Exceptions are for inside; at the seams
// of the pipeline a failure is a value (Failure).
#pragma once

#include <Poco/Exception.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "forage/export.h"

namespace forage {

/// Why a URL failed, in the words of reports; each leads to an exit code (docs/operations.md).
/// Append only: plugins carry the numbers.
enum class ErrorKind : std::uint8_t {
  kNone,       ///< no error
  kResolve,    ///< the host name has no address
  kConnect,    ///< no address accepted a connection, or it was lost before the response began
  kTimeout,    ///< connect_timeout or max_time ran out
  kTls,        ///< handshake or verification failed
  kStatus,     ///< a complete response with status >= 400
  kTruncated,  ///< the connection ended within the response
  kProtocol,   ///< the response breaks HTTP or its content coding
  kTooLarge,   ///< header or body beyond its limit
  kRedirect,   ///< too many redirects, or one that leads nowhere
  kRobots,     ///< refused by robots.txt
  kPolicy,     ///< refused by the job's own rules
  kOffline,    ///< not in the cache, and no request was allowed
  kCancelled,  ///< the run was stopped
  kUrl,        ///< not a URL that can be fetched
};

/// The word for `kind` in reports and logs: "resolve", "too_large", ...; "" for kNone.
[[nodiscard]] FORAGE_API std::string_view toString(ErrorKind kind) noexcept;

/// A failure as a value.
struct Failure {
  ErrorKind kind = ErrorKind::kNone;
  std::string message;  ///< one line, without secrets

  explicit operator bool() const noexcept { return kind != ErrorKind::kNone; }
};

/// Base of everything libforage throws.
class FORAGE_API Error : public Poco::Exception {
 public:
  explicit Error(const std::string& message, int code = 0);
  ~Error() noexcept override;
  const char* name() const noexcept override;
  const char* className() const noexcept override;
  Poco::Exception* clone() const override;
  void rethrow() const override;
};

/// A job, command line or plugin option is wrong. Holds every finding, one line each, as
/// "file:line:column: what is wrong, and the cure".
class FORAGE_API ConfigError final : public Error {
 public:
  explicit ConfigError(std::vector<std::string> findings);
  explicit ConfigError(const std::string& finding);
  ~ConfigError() noexcept override;
  const char* name() const noexcept override;
  const char* className() const noexcept override;
  Poco::Exception* clone() const override;
  void rethrow() const override;
  [[nodiscard]] const std::vector<std::string>& findings() const noexcept { return findings_; }

 private:
  std::vector<std::string> findings_;
};

/// A plugin cannot be found, loaded or used.
class FORAGE_API PluginError final : public Error {
 public:
  explicit PluginError(const std::string& message);
  ~PluginError() noexcept override;
  const char* name() const noexcept override;
  const char* className() const noexcept override;
  Poco::Exception* clone() const override;
  void rethrow() const override;
};

/// A cache cannot answer now. Thrown by Cache; never ends a run (the fallback takes over).
class FORAGE_API CacheError final : public Error {
 public:
  explicit CacheError(const std::string& message);
  ~CacheError() noexcept override;
  const char* name() const noexcept override;
  const char* className() const noexcept override;
  Poco::Exception* clone() const override;
  void rethrow() const override;
};

/// A request got no complete, verified response. Thrown by BlockingFetcher::fetch.
class FORAGE_API FetchError final : public Error {
 public:
  FetchError(ErrorKind kind, const std::string& message);
  ~FetchError() noexcept override;
  const char* name() const noexcept override;
  const char* className() const noexcept override;
  Poco::Exception* clone() const override;
  void rethrow() const override;
  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// A sink cannot write. Stops the run: results would be lost.
class FORAGE_API SinkError final : public Error {
 public:
  explicit SinkError(const std::string& message);
  ~SinkError() noexcept override;
  const char* name() const noexcept override;
  const char* className() const noexcept override;
  Poco::Exception* clone() const override;
  void rethrow() const override;
};

}  // namespace forage
