// KeptConnections: the descriptors of HTTP/1 connections that libcurl keeps, so that they can be
// looked at before they are used again. libcurl 7.88 takes one that the server has ended, and one
// on which bytes have come unasked, which it then reads as the next response. Used by one thread.
#pragma once

#include <cstdint>
#include <unordered_map>

namespace forage::curl {

class KeptConnections final {
 public:
  /// A connection by its ports, which is how libcurl names it before a request.
  struct Ports {
    int own = 0;
    int peer = 0;
  };

  void learn(Ports ports, int fd);
  /// False if something, a FIN too, has come on it. True for one that is not known.
  [[nodiscard]] bool isQuiet(Ports ports) const noexcept;

 private:
  static std::uint32_t key(Ports ports) noexcept;

  std::unordered_map<std::uint32_t, int> descriptors_;
};

}  // namespace forage::curl
