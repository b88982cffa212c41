// Makes connections that are ready for commands: connects, signs in, gives its name, chooses the
// database. Thread-safe.
#pragma once

#include <memory>

#include "connection.h"
#include "net/connect.h"
#include "net/tls_context.h"
#include "options.h"

namespace forage::redis {

class Connector {
 public:
  explicit Connector(const Options& options);

  /// Throws ConnectionError: what() says what stands in the way, and never a secret.
  [[nodiscard]] std::unique_ptr<Connection> operator()() const;

 private:
  Options options_;
  net::Endpoint endpoint_;
  std::shared_ptr<net::TlsContext> tls_;  // null for plain connections
};

/// Signs in on a new connection with what `options` say. Throws ConnectionError.
void signIn(Connection& connection, const Options& options);

}  // namespace forage::redis
