// Requests that are more than URLs of a list: with a method, header fields and a body of their own.
// Implemented by applications, such as the co-process of `forage pipe`.
#pragma once

#include <cstdint>
#include <string>

#include "forage/export.h"
#include "forage/message.h"

namespace forage {

struct RequestSpec {
  std::string url;
  std::string method = "GET";
  Headers headers;  ///< sent as they are, but for those that frame the message
  std::string body;
  bool follow_redirects = false;
  std::string tag;  ///< comes back in Visit::tag: tells whose answer it is
};

/// Is told that a source has more. Quick, thread-safe.
class FORAGE_API RequestListener {
 public:
  virtual ~RequestListener();
  virtual void hasMore() noexcept = 0;
};

/// Where a group takes its requests from. next() is called by its thread.
class FORAGE_API RequestSource {
 public:
  enum class State : std::uint8_t { kRequest, kWait, kEnd };

  virtual ~RequestSource();
  /// Gives the next request. kWait: there is none yet, and the listener will be told once there is.
  /// Never blocks.
  [[nodiscard]] virtual State next(RequestSpec& request) = 0;
  /// Who is told; called before the first next(). With null, at the end of the run, nobody is: once
  /// that has returned, the listener may be gone.
  virtual void listen(RequestListener* listener) = 0;
};

}  // namespace forage
