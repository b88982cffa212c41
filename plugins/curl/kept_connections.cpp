#include "kept_connections.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>

namespace forage::curl {

namespace {

// Nobody says when a connection is closed; far more than are ever open.
constexpr std::size_t kMostKnown = 65'536;

}  // namespace

std::uint32_t KeptConnections::key(Ports ports) noexcept {
  return static_cast<std::uint32_t>(ports.own) << 16 | static_cast<std::uint32_t>(ports.peer);
}

void KeptConnections::learn(Ports ports, int fd) {
  if (descriptors_.size() >= kMostKnown) descriptors_.clear();
  descriptors_[key(ports)] = fd;
}

bool KeptConnections::isQuiet(Ports ports) const noexcept {
  const auto found = descriptors_.find(key(ports));
  if (found == descriptors_.end()) return true;
  char byte = 0;
  return ::recv(found->second, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace forage::curl
