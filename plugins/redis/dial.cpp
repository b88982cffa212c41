#include "dial.h"

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

Dialer::Dialer(const Options& options) {
  if (options.rest ? options.rest->tls : options.location.kind == Location::Kind::kTls) {
    net::TlsOptions tls;
    tls.ca_file = options.ca_file;
    if (options.rest) tls.alpn = "http/1.1";
    tls_ = std::make_shared<net::TlsContext>(std::move(tls));
  }
}

std::unique_ptr<net::Stream> Dialer::dial(const net::Endpoint& endpoint, TimePoint deadline) const {
  try {
    return net::connectBlocking(endpoint, tls_, deadline);
  } catch (const FetchError& error) {
    const bool late = error.kind() == ErrorKind::kTimeout;
    throw ConnectionError(late ? Fault::kTimeout : Fault::kUnreachable, causeOf(error, endpoint));
  }
}

net::Endpoint Dialer::endpointOf(const Address& address) const {
  return {address.host, address.port, {}, tls_ != nullptr};
}

}  // namespace forage::redis
