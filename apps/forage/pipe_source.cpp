#include "pipe_source.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "forage/error.h"

namespace forage::app {

namespace {

std::size_t bytesOf(const RequestSpec& request) noexcept {
  return sizeof request + request.url.size() + request.headers.block().size() +
         request.body.size() + request.tag.size();
}

}  // namespace

PipeSource::PipeSource(int fd, Refused refused)
    : fd_(fd), refused_(std::move(refused)), stop_fd_(::eventfd(0, EFD_CLOEXEC)) {
  if (stop_fd_ < 0) throw Error("standard input: cannot make an eventfd");
  thread_ = std::thread([this] { read(); });
}

PipeSource::~PipeSource() {
  (void)close();
  ::close(stop_fd_);
}

std::vector<std::string> PipeSource::close() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  room_.notify_all();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t told = ::write(stop_fd_, &one, sizeof one);
  if (thread_.joinable()) thread_.join();
  std::vector<std::string> ids;
  for (RequestSpec& request : requests_) ids.push_back(std::move(request.tag));
  requests_.clear();
  return ids;
}

void PipeSource::listen(RequestListener* listener) {
  const std::lock_guard lock(mutex_);
  listener_ = listener;
}

/// Under the lock, so that the listener is still there.
void PipeSource::tell() {
  if (std::exchange(waiting_, false) && listener_ != nullptr) listener_->hasMore();
}

RequestSource::State PipeSource::next(RequestSpec& request) {
  const std::lock_guard lock(mutex_);
  if (requests_.empty()) {
    waiting_ = !ended_;
    return ended_ ? State::kEnd : State::kWait;
  }
  request = std::move(requests_.front());
  requests_.pop_front();
  bytes_ -= bytesOf(request);
  room_.notify_all();
  return State::kRequest;
}

bool PipeSource::waitReadable() const {
  std::array<pollfd, 2> fds{{{fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}}};
  while (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
  }
  return (fds[1].revents & POLLIN) == 0;
}

void PipeSource::read() {
  std::string text;
  std::array<char, 64u << 10> chunk;
  while (waitReadable()) {
    const ssize_t got = ::read(fd_, chunk.data(), chunk.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) {
      if (!text.empty() && !overlong_) takeLine(text);
      return end();
    }
    text.append(chunk.data(), static_cast<std::size_t>(got));
    takeLines(text);
  }
}

/// Takes the whole lines out of `text`.
void PipeSource::takeLines(std::string& text) {
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = text.find('\n', std::max(at, searched_));
    if (end == std::string::npos) break;
    if (!std::exchange(overlong_, false)) {
      takeLine(std::string_view(text).substr(at, end - at));
    }
    ++line_;
    at = end + 1;
    searched_ = at;
  }
  text.erase(0, at);
  searched_ = text.size();
  if (text.size() > kMaxLine) {
    if (!overlong_) refuse("null", "has more than " + std::to_string(kMaxLine) + " bytes");
    overlong_ = true;
    text.clear();
    searched_ = 0;
  }
}

void PipeSource::takeLine(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  RequestSpec request;
  std::string id;
  std::string why;
  if (parsePipeRequest(line, request, id, why)) {
    push(std::move(request));
  } else {
    refuse(id, why);
  }
}

void PipeSource::refuse(const std::string& id, const std::string& why) const {
  refused_(id, id == "null" ? "line " + std::to_string(line_) + ": " + why : why);
}

/// Waits for room; once this is to end there is always some, for what has been read already.
void PipeSource::push(RequestSpec&& request) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] {
    return stopping_ || (requests_.size() < kAheadRequests && bytes_ < kAheadBytes);
  });
  bytes_ += bytesOf(request);
  requests_.push_back(std::move(request));
  tell();
}

void PipeSource::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  tell();
}

}  // namespace forage::app
