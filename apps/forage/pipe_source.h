// The requests of `forage pipe`: one JSON object a line, read from a descriptor by a thread of its
// own. What is no request is answered at once and the rest goes on. Bounded: it reads ahead a
// number of requests and bytes.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "forage/request_source.h"

namespace forage::app {

class PipeSource final : public RequestSource {
 public:
  static constexpr std::size_t kMaxLine = 96u << 20;
  static constexpr std::size_t kAheadRequests = 256;
  static constexpr std::size_t kAheadBytes = 128u << 20;

  /// Takes the id (as JSON) of a line that is no request, and why: with the number of the line
  /// where it has no id. Called by the reading thread.
  using Refused = std::function<void(const std::string& id, const std::string& why)>;

  PipeSource(int fd, Refused refused);
  /// Ends the thread, also while the other side is silent.
  ~PipeSource() override;
  PipeSource(const PipeSource&) = delete;
  PipeSource& operator=(const PipeSource&) = delete;

  /// Reads no further. Returns the ids (as JSON) of requests that were read and that nobody took.
  std::vector<std::string> close();

  [[nodiscard]] State next(RequestSpec& request) override;
  void listen(RequestListener* listener) override;

 private:
  void read();
  bool waitReadable() const;
  void takeLines(std::string& text);
  void takeLine(std::string_view line);
  void refuse(const std::string& id, const std::string& why) const;
  void push(RequestSpec&& request);
  void end();
  void tell();

  const int fd_;
  const Refused refused_;
  int stop_fd_;
  std::size_t searched_ = 0;  // of a line that is not whole; of thread_
  bool overlong_ = false;     // the rest of a refused line is skipped; of thread_
  std::uint64_t line_ = 1;    // that is being read; of thread_

  std::mutex mutex_;  // guards what follows
  std::condition_variable room_;
  std::deque<RequestSpec> requests_;
  std::size_t bytes_ = 0;
  bool ended_ = false;
  bool stopping_ = false;
  bool waiting_ = false;
  RequestListener* listener_ = nullptr;
  std::thread thread_;
};

/// Reads one line of JSON, in memory in proportion to its length whatever it holds. On failure
/// returns false and says why; `id` is set as far as it could be read ("null" otherwise).
[[nodiscard]] bool parsePipeRequest(std::string_view line, RequestSpec& request, std::string& id,
                                    std::string& why);

}  // namespace forage::app
