// Connecting in one blocking call, for threads that may block (those of stores). Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "forage/clock.h"
#include "net/stream.h"

namespace forage::net {

/// Where to connect to: a unix socket where `unix_path` is set, otherwise host and port.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  std::string unix_path;
  bool tls = false;  ///< verified for `host`, over a unix socket too
};

/// "host:port" or the path, as messages name it.
[[nodiscard]] std::string describe(const Endpoint& endpoint);

/// Resolves, tries every address in turn, and does the handshake, all by `deadline`. Never null.
/// The stream stays non-blocking: use it with waitReady(). REQUIRES: `tls` where endpoint.tls.
/// Throws FetchError: kResolve, kConnect, kTimeout, kTls; one line that names the endpoint.
[[nodiscard]] std::unique_ptr<Stream> connectBlocking(const Endpoint& endpoint,
                                                      const std::shared_ptr<TlsContext>& tls,
                                                      TimePoint deadline);

/// Waits until `fd` can be read or written; errors count as ready. False: the deadline passed.
[[nodiscard]] bool waitReady(int fd, bool for_write, TimePoint deadline);

}  // namespace forage::net
