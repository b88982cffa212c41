#include "run/stdin_lines.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "forage/error.h"

namespace forage::run {

StdinLines::StdinLines(int fd) : fd_(fd), stop_fd_(::eventfd(0, EFD_CLOEXEC)) {
  if (stop_fd_ < 0) throw Error("standard input: cannot make an eventfd");
  thread_ = std::thread([this] { read(); });
}

StdinLines::~StdinLines() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  room_.notify_all();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t told = ::write(stop_fd_, &one, sizeof one);
  thread_.join();
  ::close(stop_fd_);
}

void StdinLines::listen(store::RoomListener& listener) {
  const std::lock_guard lock(mutex_);
  listener_ = &listener;
}

UrlSource::State StdinLines::next(std::string& buffer, std::string_view& text) {
  const std::lock_guard lock(mutex_);
  for (;;) {
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string::npos && !ended_ && text_.size() - at_ < kAhead) {
      waiting_ = true;
      room_.notify_all();
      return UrlSource::State::kWait;
    }
    if (at_ >= text_.size()) return UrlSource::State::kEnd;
    const std::size_t stop = end == std::string::npos ? text_.size() : end;
    buffer = urlOfLine(std::string_view(text_).substr(at_, stop - at_));
    at_ = end == std::string::npos ? stop : stop + 1;
    if (at_ > kAhead / 2) {
      text_.erase(0, at_);
      at_ = 0;
      room_.notify_all();
    }
    if (buffer.empty()) continue;
    text = buffer;
    return UrlSource::State::kUrl;
  }
}

bool StdinLines::waitReadable() const {
  std::array<pollfd, 2> fds{{{fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}}};
  while (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
  }
  return (fds[1].revents & POLLIN) == 0;
}

void StdinLines::read() {
  std::array<char, 16u << 10> chunk{};
  for (;;) {
    if (!waitReadable()) return;
    const ssize_t got = ::read(fd_, chunk.data(), chunk.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    std::unique_lock lock(mutex_);
    if (got > 0) text_.append(chunk.data(), static_cast<std::size_t>(got));
    ended_ = got <= 0;
    store::RoomListener* told = waiting_ ? listener_ : nullptr;
    waiting_ = false;
    lock.unlock();
    if (told != nullptr) told->hasRoom();
    if (got <= 0) return;
    lock.lock();
    room_.wait(lock, [this] { return stopping_ || text_.size() - at_ < kAhead || waiting_; });
    if (stopping_) return;
  }
}

}  // namespace forage::run
