// What ends a connection to Redis, as it passes between the parts of this plugin. What leaves the
// plugin is a CacheError.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace forage::redis {

enum class Fault : std::uint8_t {
  kUnreachable,  ///< no connection could be made
  kRefused,      ///< the server answers, and lets us do nothing
  kNotToBeHad,   ///< it does what is asked for neither now nor later: rights, or it cannot
  kClosed,       ///< the connection is gone
  kTimeout,      ///< no answer in time
  kProtocol,     ///< what came is no answer to what was asked
  kTooLarge,     ///< a reply beyond its limit
  kLate,  ///< what was to be sent by some time was not, and no connection is the worse for it
};

/// The connection that threw it, if any, is of no more use. what() is one line, without secrets.
class ConnectionError final : public std::runtime_error {
 public:
  ConnectionError(Fault fault, const std::string& message)
      : std::runtime_error(message), fault_(fault) {}
  [[nodiscard]] Fault fault() const noexcept { return fault_; }

 private:
  Fault fault_;
};

}  // namespace forage::redis
