#include "cache/scan_progress.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "support/eventually.h"

namespace forage::app {
namespace {

TEST(ScanProgress, ShowsALineOnATerminalUntilItEnds) {
  const int terminal_side = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  ASSERT_EQ(::grantpt(terminal_side), 0);
  ASSERT_EQ(::unlockpt(terminal_side), 0);
  const int our_side = ::open(::ptsname(terminal_side), O_RDWR | O_NOCTTY | O_CLOEXEC);
  std::string seen;
  const auto shows = [&](std::string_view text) {
    char bytes[256];
    const ssize_t got = ::read(terminal_side, bytes, sizeof bytes);
    if (got > 0) seen.append(bytes, static_cast<std::size_t>(got));
    return seen.find(text) != std::string::npos;
  };
  {
    Terminal terminal(our_side, our_side, false);
    ScanProgress progress(terminal);
    EXPECT_TRUE(test::eventually([&] {
      progress.tick([] { return std::string("12 looked at"); });
      return shows("12 looked at");
    }));
  }
  EXPECT_TRUE(test::eventually([&] { return shows("12 looked at\r\x1b[K"); })) << "cleared";
  ::close(our_side);
  ::close(terminal_side);
}

}  // namespace
}  // namespace forage::app
