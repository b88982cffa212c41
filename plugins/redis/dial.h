// Connecting to a server, with errors as this plugin tells them. Thread-safe.
#pragma once

#include <memory>

#include "forage/clock.h"
#include "net/connect.h"
#include "net/stream.h"
#include "net/tls_context.h"

namespace forage::redis {

/// Connects by `timeout`, with the TLS handshake where `endpoint` has TLS. Never null.
/// Throws ConnectionError: kUnreachable or kTimeout; what() does not name the endpoint.
[[nodiscard]] std::unique_ptr<net::Stream> dial(const net::Endpoint& endpoint,
                                                const std::shared_ptr<net::TlsContext>& tls,
                                                Millis timeout);

}  // namespace forage::redis
