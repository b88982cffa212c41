// What wakes a thread that waits for a descriptor: sticky, so that none is lost. Thread-safe.
#pragma once

namespace forage::redis {

class WakeEvent {
 public:
  /// Throws std::system_error: no descriptor is to be had.
  WakeEvent();
  ~WakeEvent();
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;

  /// Can be read from set() until clear().
  [[nodiscard]] int fd() const noexcept { return fd_; }
  void set() const noexcept;
  void clear() const noexcept;

 private:
  int fd_;
};

}  // namespace forage::redis
