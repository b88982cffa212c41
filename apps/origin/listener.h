// The socket on which an origin server takes connections. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "origin/descriptor.h"

namespace forage::origin {

class Listener final {
 public:
  /// Listens on a numeric address; port 0: any free one. Throws std::system_error.
  Listener(const std::string& host, std::uint16_t port);

  [[nodiscard]] int fd() const noexcept { return socket_.get(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  struct Accepted {
    int socket = -1;         ///< non-blocking, the caller's; -1: there is none to be had now
    bool exhausted = false;  ///< because the process, or the system, has no room for it
  };
  /// Takes the next connection.
  [[nodiscard]] Accepted accept() noexcept;

 private:
  const Descriptor socket_;
  const std::uint16_t port_;
};

}  // namespace forage::origin
