// Carries requests of the REST API to its server: over kept-alive connections, several at once
// where there are several, and again where a request was lost or put off and may be sent twice.
// Finds out once which format the server answers in. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "dial.h"
#include "fault.h"
#include "forage/clock.h"
#include "forage/message.h"
#include "http_connection.h"
#include "options.h"
#include "pool.h"
#include "pool_stats.h"
#include "rest_request.h"
#include "sync_token.h"

namespace forage::redis {

class RestLink {
 public:
  /// A response with status 200 or 400, or why there is none.
  using Result = std::variant<Response, ConnectionError>;

  /// `clock` outlives it. REQUIRES: options.rest.
  RestLink(const Options& options, const Clock& clock);

  /// What the server answers single commands in; connects if that is not known yet.
  /// Throws ConnectionError.
  [[nodiscard]] RestFormat format();
  /// Sends `requests`, in no order, and returns the result of each once all are there.
  [[nodiscard]] std::vector<Result> send(std::span<const RestRequest> requests);

  /// Makes new connections from now on.
  void closeIdle() noexcept { pool_.closeIdle(); }
  [[nodiscard]] PoolStats stats() const noexcept { return pool_.stats(); }
  /// Requests that were sent again after a pause.
  [[nodiscard]] std::uint64_t retries() const noexcept { return retries_; }
  [[nodiscard]] std::uint64_t timeouts() const noexcept { return timeouts_; }
  [[nodiscard]] std::uint64_t chance() noexcept { return pool_.chance(); }

 private:
  using HttpPool = BasicPool<HttpConnection>;
  struct Try;
  struct Flight;

  using ConnectionPtr = std::unique_ptr<HttpConnection>;

  // rest_connect.cpp: from a site to a connection
  ConnectionPtr connect();
  [[nodiscard]] ConnectionPtr dialed() const;
  [[nodiscard]] RestFormat probe(ConnectionPtr& connection) const;
  std::vector<Reply> ask(ConnectionPtr& connection, std::string_view command,
                         RestFormat format) const;

  // rest_link.cpp: over connections

  void attempt(std::span<Try* const> tries);
  std::size_t launch(std::list<Flight>& flights, std::span<Try* const> tries);
  void begin(Flight& flight);
  bool settle(Flight& flight);
  [[nodiscard]] std::optional<Millis> pauseBeforeNext(Try& one) noexcept;

  const RestSite site_;
  const Dialer dialer_;
  const Millis connect_timeout_;
  const Millis command_timeout_;
  const Millis retry_period_;
  SyncToken sync_token_;
  std::atomic<bool> probed_{false};
  std::atomic<RestFormat> format_{RestFormat::kBase64};  // once probed
  std::atomic<std::uint64_t> timeouts_{0};
  std::atomic<std::uint64_t> retries_{0};
  HttpPool pool_;  // last: it connects by the others
};

}  // namespace forage::redis
