#include "dial.h"

#include <chrono>
#include <string>

#include "fault.h"
#include "forage/error.h"

namespace forage::redis {

namespace {

/// What connecting threw, without the endpoint, which our own messages name already.
std::string causeOf(const FetchError& error, const net::Endpoint& endpoint) {
  std::string text = error.message();
  const std::string connecting = "connect to " + net::describe(endpoint) + ": ";
  if (text.starts_with(connecting)) text.erase(0, connecting.size());
  const std::string securing = "TLS with " + net::describe(endpoint);
  if (text.starts_with(securing)) text.replace(0, securing.size(), "TLS");
  return text;
}

}  // namespace

std::unique_ptr<net::Stream> dial(const net::Endpoint& endpoint,
                                  const std::shared_ptr<net::TlsContext>& tls, Millis timeout) {
  try {
    const TimePoint deadline = std::chrono::steady_clock::now() + timeout;
    return net::connectBlocking(endpoint, tls, deadline);
  } catch (const FetchError& error) {
    const bool late = error.kind() == ErrorKind::kTimeout;
    throw ConnectionError(late ? Fault::kTimeout : Fault::kUnreachable, causeOf(error, endpoint));
  }
}

}  // namespace forage::redis
