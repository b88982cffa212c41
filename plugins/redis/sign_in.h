// Makes connections that are ready for commands: finds the server, connects, signs in, gives its
// name, chooses the database. Thread-safe.
#pragma once

#include <memory>

#include "connection.h"
#include "dial.h"
#include "net/connect.h"
#include "options.h"
#include "sentinels.h"

namespace forage::redis {

class Connector {
 public:
  /// To the server that `options` name, or the master that their sentinels name.
  explicit Connector(const Options& options) : Connector(options, Dialer(options)) {}
  Connector(const Options& options, const Dialer& dialer);

  /// Throws ConnectionError: what() says what stands in the way, and never a secret.
  [[nodiscard]] std::unique_ptr<Connection> operator()() const;

 private:
  std::unique_ptr<Connection> connect(const net::Endpoint& endpoint, TimePoint deadline) const;

  Options options_;
  Dialer dialer_;
  std::shared_ptr<const Sentinels> sentinels_;  // null where a server is named
};

/// Signs in on a new connection with what `options` say. Throws ConnectionError.
void signIn(Connection& connection, const Options& options);

}  // namespace forage::redis
