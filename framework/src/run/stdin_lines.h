// Lines of standard input for the one group whose urls_file is "-", read by a thread of its own, so
// that a slow writer holds up no group thread. Bounded: it reads ahead one buffer.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "run/url_source.h"
#include "store/write_behind.h"

namespace forage::run {

class StdinLines {
 public:
  explicit StdinLines(int fd);
  /// Ends the thread, also while the other side of a pipe is silent.
  ~StdinLines();
  StdinLines(const StdinLines&) = delete;
  StdinLines& operator=(const StdinLines&) = delete;

  /// Moves the next URL into `buffer` and points `text` at it. kWait: `listener` will be told.
  [[nodiscard]] UrlSource::State next(std::string& buffer, std::string_view& text);
  /// Who is told when there is more; set before the first next().
  void listen(store::RoomListener& listener);

 private:
  static constexpr std::size_t kAhead = 256u << 10;

  void read();
  bool waitReadable() const;

  const int fd_;
  int stop_fd_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable room_;
  std::string text_;
  std::size_t at_ = 0;
  bool ended_ = false;
  bool stopping_ = false;
  store::RoomListener* listener_ = nullptr;
  bool waiting_ = false;
  std::thread thread_;
};

}  // namespace forage::run
