#include "progress.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <string>

#include "capture.h"
#include "terminal.h"

namespace forage::app {
namespace {

TEST(Progress, TellsDoneRateHitsFailuresAndEta) {
  EXPECT_EQ(progressText({1234, 300, 2, 20000, 64, false}, 512),
            "1,234/20,000 URLs  512/s  hits 300  failed 2  in flight 64  ETA 37 s");
}

TEST(Progress, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(progressText({10, 0, 0, 0, 1, false}, 5),
            "10 URLs  5.0/s  hits 0  failed 0  in flight 1");
  EXPECT_EQ(progressText({0, 0, 0, 5, 0, false}, 0),
            "0/5 URLs  0.0/s  hits 0  failed 0  in flight 0");
  EXPECT_EQ(progressText({5, 0, 0, 5, 0, true}, 1),
            "5/5 URLs  1.0/s  hits 0  failed 0  in flight 0  cache away");
}

TEST(Progress, CountsEveryKindOfHit) {
  Metrics metrics;
  for (auto& counter : metrics.outcomes) counter.add();
  metrics.in_flight = -1;  // sampled between two relaxed writes
  const ProgressSample sample = sampleOf(metrics);
  EXPECT_EQ(sample.urls, kOutcomes);
  EXPECT_EQ(sample.hits, 4u);
  EXPECT_EQ(sample.failed, 1u);
  EXPECT_EQ(sample.in_flight, 0u);
}

/// Both ends of a pseudo-terminal.
struct Pty {
  int master = -1;
  int slave = -1;
  Pty() {
    winsize size{24, 40, 0, 0};
    if (::openpty(&master, &slave, nullptr, nullptr, &size) != 0) ADD_FAILURE() << "no terminal";
  }
  ~Pty() {
    ::close(master);
    ::close(slave);
  }
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  /// Reads until `wanted` has been seen, or for at most 20 s.
  std::string readUntil(std::string_view wanted) const {
    std::string text;
    pollfd ready{master, POLLIN, 0};
    while (text.find(wanted) == std::string::npos && ::poll(&ready, 1, 20'000) == 1) {
      char piece[4096];
      const ssize_t got = ::read(master, piece, sizeof piece);
      if (got <= 0) break;
      text.append(piece, static_cast<std::size_t>(got));
    }
    return text;
  }
};

TEST(Progress, IsALineOnATerminalThatIsClearedAtTheEnd) {
  Pty pty;
  Capture out;
  Terminal terminal(out.fd(), pty.slave, false);
  Metrics metrics;
  metrics.listed = 9;
  std::string shown;
  {
    const Progress progress([&]() -> const Metrics& { return metrics; }, terminal);
    shown = pty.readUntil("0/9 URLs");
  }
  EXPECT_EQ(shown.rfind("\r\x1b[K0/9 URLs", 0), 0u) << shown;
  EXPECT_EQ(shown.find('\n'), std::string::npos);
  EXPECT_NE(pty.readUntil("\r\x1b[K").find("\r\x1b[K"), std::string::npos);
}

TEST(Terminal, ClearsTheStatusBeforeAnythingElse) {
  Pty pty;
  Terminal terminal(pty.slave, pty.slave, false);
  terminal.status("working");
  terminal.log("line\n");
  terminal.log("next\n");
  EXPECT_EQ(pty.readUntil("next\r\n"), "\r\x1b[Kworking\r\x1b[Kline\r\nnext\r\n");
}

TEST(Terminal, CutsTheStatusToItsWidth) {
  Pty pty;  // 40 columns
  Terminal terminal(pty.slave, pty.slave, false);
  terminal.status(std::string(100, 'x'));
  terminal.log("end\n");
  EXPECT_EQ(pty.readUntil("end\r\n"), "\r\x1b[K" + std::string(39, 'x') + "\r\x1b[Kend\r\n");
}

}  // namespace
}  // namespace forage::app
