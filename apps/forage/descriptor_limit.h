// How many connections the process may have open.
#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <limits>

namespace forage::app {

/// Raises the limit of open descriptors to what the system allows this process: each fetch in
/// flight needs one, and shells commonly set no more than 1,024.
inline void raiseDescriptorLimit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

/// How many descriptors the process may have open.
inline std::size_t descriptorLimit() noexcept {
  rlimit limit{};
  const bool known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  return known ? limit.rlim_cur : std::numeric_limits<std::size_t>::max();
}

}  // namespace forage::app
