// A server for tests that look at whole requests: a function answers each with raw bytes, on
// connections that are kept. It keeps what came. Thread-safe.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scripted_server.h"

namespace forage::test {

class EchoServer final {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  explicit EchoServer(Answer answer)
      : answer_(std::move(answer)),
        server_([this](conformance::Peer& peer, std::size_t) { serve(peer); }) {}

  [[nodiscard]] std::string url(std::string_view path = "/") const { return server_.url(path); }
  /// Every request, whole, in the order of arrival.
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  /// The body of a request.
  [[nodiscard]] static std::string bodyOf(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
  }

 private:
  void serve(conformance::Peer& peer) {
    for (std::string request = peer.readRequest(); !request.empty(); request = peer.readRequest()) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      peer.send(answer_(request));
    }
  }

  const Answer answer_;
  mutable std::mutex mutex_;  // guards requests_
  std::vector<std::string> requests_;
  conformance::ScriptedServer server_;  // the last: its threads use the rest
};

}  // namespace forage::test
