// Fetcher: a plug point. One request, one response, one hop: no redirects, no retry, no cache
// rules, no pacing, no content decoding. Any status is a Response; everything else is a Failure
// with its kind. The one exception: a reused connection that dies before the first byte of its
// response is replaced once, at once, and counted. A body is complete or there is no Response. Run
// tests/conformance's fetcher suite against yours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <variant>
#include <vector>

#include "forage/clock.h"
#include "forage/error.h"
#include "forage/export.h"
#include "forage/message.h"

namespace forage {

/// Names one fetch within its session; chosen by the caller, unique among those in flight.
using FetchId = std::uint64_t;

/// Bounds of one fetch.
struct FetchLimits {
  Millis connect_timeout{10'000};             ///< resolving, connecting and TLS handshake together
  Millis max_time{30'000};                    ///< the whole fetch, from start() to the last byte
  std::size_t max_filesize = 64u << 20;       ///< bytes of body, as received
  std::size_t max_header_bytes = 256u << 10;  ///< of all header sections together, 1xx included
  /// Slower than so many bytes a second for speed_time, either way, is a kTimeout; 0: however slow.
  std::size_t speed_limit = 0;
  Millis speed_time{30'000};
  /// Only addresses that isPublicAddress() (address_space.h) may be connected to, whatever the name
  /// resolves to and whoever has a connection already; otherwise a kPolicy failure, and nothing is
  /// sent.
  bool public_only = false;
};

/// How one fetch ended.
struct Fetched {
  FetchId id = 0;
  std::uint32_t requests = 0;    ///< requests that were sent to a server, complete or not
  std::uint64_t wire_bytes = 0;  ///< received for it, header and framing included
  bool reused = false;           ///< the connection had served another request before
  std::variant<Response, Failure> result;
};

/// Many fetches in flight on one thread. Owned and called by that thread, except wake().
class FORAGE_API FetchSession {
 public:
  virtual ~FetchSession();

  /// Begins a fetch and returns at once; its end is reported by wait(), failures to start included.
  /// REQUIRES: what `request` refers to lives until then, or until cancel().
  virtual void start(FetchId id, const Request& request, const FetchLimits& limits) = 0;

  /// Ends a fetch that has not been reported; it never will be. Its connection is closed.
  virtual void cancel(FetchId id) = 0;

  /// Waits until a fetch has ended, wake() was called, or `until`; appends what has ended to
  /// `done`. May return early with nothing. With `until` in the past it polls.
  virtual void wait(TimePoint until, std::vector<Fetched>& done) = 0;

  /// Makes the present or the next wait() return. From any thread; sticky: never lost.
  virtual void wake() noexcept = 0;
};

class FORAGE_API Fetcher {
 public:
  virtual ~Fetcher();
  /// Opens a session for one thread. Thread-safe. The fetcher outlives its sessions.
  [[nodiscard]] virtual std::unique_ptr<FetchSession> open() = 0;
};

/// The easy way to write a fetcher: one blocking call. Its sessions run it on threads of their own,
/// one per fetch in flight, at most `kMaxThreads` a session; further fetches wait their turn.
class FORAGE_API BlockingFetcher : public Fetcher {
 public:
  static constexpr std::size_t kMaxThreads = 64;

  ~BlockingFetcher() override;

  /// Fetches, within `limits`; gives up soon after `stop` is requested. Called by many threads at
  /// once. Throws FetchError; any other exception is reported as kProtocol with its text.
  virtual Response fetch(const Request& request, const FetchLimits& limits,
                         std::stop_token stop) = 0;

  [[nodiscard]] std::unique_ptr<FetchSession> open() final;
};

}  // namespace forage
