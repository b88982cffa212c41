// The sentinels of one master: asked in turn where it is, and not believed before the server says
// itself that it is a master. The one that knew it last is asked first. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "address.h"
#include "connection.h"
#include "dial.h"
#include "forage/clock.h"
#include "options.h"

namespace forage::redis {

class Sentinels {
 public:
  /// Connects to a server and signs in there, or throws ConnectionError.
  using Connect = std::function<std::unique_ptr<Connection>(const Address&)>;

  Sentinels(const Options& options, const Dialer& dialer);

  /// A connection to the master, made by `connect`. Each sentinel has its share of the time until
  /// `deadline`; after it no other is asked. Throws ConnectionError, with what stood in the way.
  [[nodiscard]] std::unique_ptr<Connection> reachMaster(TimePoint deadline,
                                                        const Connect& connect) const;

 private:
  class Search;

  [[nodiscard]] Address ask(const Address& sentinel, TimePoint deadline) const;

  const std::vector<Address> sentinels_;
  const std::string master_;
  const std::string user_;
  const std::string password_;
  const Dialer dialer_;
  mutable std::atomic<std::size_t> first_{0};  // to be asked
};

}  // namespace forage::redis
