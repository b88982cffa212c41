#include "wake_event.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace forage::redis {

WakeEvent::WakeEvent() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

WakeEvent::~WakeEvent() { ::close(fd_); }

void WakeEvent::set() const noexcept { ::eventfd_write(fd_, 1); }

void WakeEvent::clear() const noexcept {
  eventfd_t count = 0;
  ::eventfd_read(fd_, &count);
}

}  // namespace forage::redis
