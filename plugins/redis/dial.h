// Opens the streams to Redis: all plain, or all under one TLS context, which copies share.
// Thread-safe.
#pragma once

#include <memory>

#include "address.h"
#include "forage/clock.h"
#include "net/connect.h"
#include "net/stream.h"
#include "net/tls_context.h"
#include "options.h"

namespace forage::redis {

class Dialer {
 public:
  /// Of `options`: whether there is TLS, whom it trusts, and what it is to carry.
  explicit Dialer(const Options& options);

  /// By `deadline`, with its TLS handshake. Never null. Throws ConnectionError: what() does not
  /// name the endpoint.
  [[nodiscard]] std::unique_ptr<net::Stream> dial(const net::Endpoint& endpoint,
                                                  TimePoint deadline) const;

  /// What leads to `address`.
  [[nodiscard]] net::Endpoint endpointOf(const Address& address) const;

 private:
  std::shared_ptr<net::TlsContext> tls_;  // null for plain connections
};

}  // namespace forage::redis
