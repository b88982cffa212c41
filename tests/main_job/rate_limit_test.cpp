// Servers that refuse who asks too often are asked as often as they answer, and hold up nobody
// else.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "conformance/scripted_server.h"
#include "job_run.h"
#include "origin/origin_server.h"
#include "support/eventually.h"

namespace forage::test {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;
using Times = std::vector<SteadyClock::time_point>;

/// Answers so many requests in any sliding second, and the others with 429 and Retry-After: 1.
class LimitedServer {
 public:
  explicit LimitedServer(std::size_t limit)
      : limit_(limit), server_([this](conformance::Peer& peer, std::size_t) { serve(peer); }) {}

  [[nodiscard]] std::string url(int n) const { return server_.url("/" + std::to_string(n)); }
  [[nodiscard]] std::size_t answered() const {
    const std::lock_guard lock(mutex_);
    return answered_;
  }
  [[nodiscard]] std::size_t refused() const {
    const std::lock_guard lock(mutex_);
    return refused_;
  }
  /// The most requests that came within a second, of those after the first that was refused.
  [[nodiscard]] std::size_t mostInASecond() const {
    const std::lock_guard lock(mutex_);
    std::size_t most = 0;
    for (std::size_t first = 0, last = 0; last < since_refusal_.size(); ++last) {
      while (since_refusal_[last] - since_refusal_[first] >= 1s) ++first;
      most = std::max(most, last + 1 - first);
    }
    return most;
  }

 private:
  void serve(conformance::Peer& peer) {
    while (!peer.readRequest().empty()) {
      peer.send(takes() ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                        : "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n"
                          "Content-Length: 0\r\n\r\n");
    }
  }
  bool takes() {
    const std::lock_guard lock(mutex_);
    const auto now = SteadyClock::now();
    if (refused_ > 0) since_refusal_.push_back(now);
    while (!taken_.empty() && now - taken_.front() >= 1s) taken_.pop_front();
    const bool taken = taken_.size() < limit_;
    if (taken) taken_.push_back(now);
    ++(taken ? answered_ : refused_);
    return taken;
  }

  const std::size_t limit_;
  mutable std::mutex mutex_;  // guards what follows
  std::deque<SteadyClock::time_point> taken_;
  Times since_refusal_;
  std::size_t answered_ = 0;
  std::size_t refused_ = 0;
  conformance::ScriptedServer server_;  // ended first: its threads use the rest
};

const std::vector<std::string> kAsByDefault{"-q", "--set", "fetch.retry=2", "--set",
                                            "polite.throttle=true"};

class RateLimit : public ::testing::Test {
 protected:
  void writeJob(const std::string& urls, const std::string& more = "") const {
    folder_.write("urls.txt", urls);
    folder_.write("job.toml", more + "[[group]]\nname = \"all\"\nurls_file = \"urls.txt\"\n");
  }
  static std::string urlsOf(const LimitedServer& server, int count) {
    std::string urls;
    for (int n = 0; n < count; ++n) urls += server.url(n) + "\n";
    return urls;
  }

  JobFolder folder_;
};

TEST_F(RateLimit, OfAServerThatRefusesIsFoundAndKept) {
  constexpr int kUrls = 200;
  constexpr std::size_t kLimit = 10;
  LimitedServer server(kLimit);
  writeJob(urlsOf(server, kUrls));
  const JobResult result = folder_.run(kAsByDefault);
  EXPECT_EQ(result.process.exit_code, 0) << result.process.err;
  EXPECT_EQ(result.total("fetched"), std::uint64_t{kUrls});
  EXPECT_GT(server.refused(), 0U);
  EXPECT_LE(server.mostInASecond(), kLimit + 1);
  EXPECT_LE(result.seconds, 1.2 * kUrls / kLimit);
}

TEST_F(RateLimit, OfTheJobIsKeptFromTheFirstRequestOn) {
  LimitedServer server(5);
  // What is paced is when requests start; the first ones take longer to arrive, as they connect.
  writeJob(urlsOf(server, 20), "[polite]\nrate = \"5/1500ms\"\n");
  const JobResult result = folder_.run({"-q"});
  EXPECT_EQ(result.total("fetched"), 20U);
  EXPECT_EQ(server.refused(), 0U);
  EXPECT_GE(result.seconds, 4.5);
  EXPECT_LE(result.seconds, 9.0);
}

TEST_F(RateLimit, OfOneHostHoldsUpNoOther) {
  constexpr int kUrls = 1'000;
  OriginServer fast;
  fast.start();
  LimitedServer slow(1);
  std::string urls = urlsOf(slow, kUrls);
  for (int n = 0; n < kUrls; ++n) urls += fast.url() + "/page/" + std::to_string(n) + "\n";
  writeJob(urls);
  const auto begun = SteadyClock::now();
  const auto process = folder_.start(kAsByDefault);
  EXPECT_TRUE(eventually([&] { return fast.requests() == kUrls; }));
  EXPECT_LT(SteadyClock::now() - begun, 5s);
  EXPECT_GE(slow.answered(), 1U);
  process->signal(SIGTERM);
  EXPECT_EQ(folder_.finish(*process).process.exit_code, 11);
}

}  // namespace
}  // namespace forage::test
