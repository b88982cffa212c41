// A limit of descriptors for the time of a test.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace forage::test {

/// Sets the soft limit of descriptors, and puts it back.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t limit) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit now{std::min(limit, before_.rlim_max), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &now);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

  /// As many as are open, and `more`.
  static rlim_t openAnd(int more) {
    const int next = ::dup(0);
    ::close(next);
    return static_cast<rlim_t>(next + more);
  }

 private:
  rlimit before_{};
};

}  // namespace forage::test
