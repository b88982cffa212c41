// A thousand hosts, of which four hundred are of no use: the others are fetched as if those were
// not there, and nothing of those is kept.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "conformance/scripted_server.h"
#include "job_run.h"
#include "origin/origin_server.h"
#include "silent_host.h"
#include "support/eventually.h"

namespace forage::test {
namespace {

using conformance::Peer;
using conformance::ScriptedServer;

constexpr int kLive = 600;
constexpr int kBad = 100;  // of each kind
constexpr int kPages = 5;  // of a live host
constexpr std::uint64_t kAllPages = std::uint64_t{kLive} * kPages;

std::string hostOf(const std::string& name, int n, std::uint16_t port) {
  return "http://" + name + std::to_string(n) + ".localhost:" + std::to_string(port);
}

/// The parameter: the fetcher.
class Mixture : public ::testing::TestWithParam<const char*> {
 protected:
  Mixture() : garbage_([](Peer& peer, std::size_t nth) { sendGarbage(peer, nth); }) {
    live_.start();
    bad_.start();
    for (int n = 0; n < kBad; ++n) silent_.push_back(std::make_unique<SilentHost>(n + 1));
  }

  static void sendGarbage(Peer& peer, std::size_t nth) {
    (void)peer.readRequest();
    static const std::vector<std::string> kGarbage{
        std::string("\x16\x03\x01\x00\x00garbage", 12),
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut short",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
    };
    peer.send(kGarbage[nth % kGarbage.size()]);
    peer.endWriting();
  }

  /// Pages of the live hosts of this run, the bad ones among them.
  std::string urls(bool with_bad) {
    ++run_;
    std::string list;
    for (int page = 0; page < kPages; ++page) {
      for (int n = 0; n < kLive; ++n) {
        if (page == 0 && with_bad && n < kBad) list += bad(n);
        list += hostOf("live", n, live_.port()) + "/delay/0.2?" + std::to_string(run_) + "." +
                std::to_string(page) + "." + std::to_string(n) + "\n";
      }
    }
    return list;
  }
  [[nodiscard]] std::string bad(int n) const {
    return silent_[n]->url() + "\n" + hostOf("drip", n, bad_.port()) +
           "/drip?numbytes=3600&duration=3600\n" + hostOf("circle", n, bad_.port()) +
           "/redirect/100\n" + hostOf("garbage", n, garbage_.port()) + "/\n";
  }

  /// Seconds until all that is alive has been asked for.
  double runUntilServed(bool with_bad, JobResult& result) {
    folder_.write("urls.txt", urls(with_bad));
    folder_.write("job.toml",
                  "[cache]\nplugin = \"memory\"\n[cache.memory]\nmax_size = \"64MiB\"\n[fetch]\n"
                  "plugin = \"" +
                      std::string(GetParam()) +
                      "\"\nmax_time = \"4s\"\nparallel_max = 2000\n[[group]]\n"
                      "name = \"all\"\nurls_file = \"urls.txt\"\n");
    const std::uint64_t before = live_.requests();
    const auto process = folder_.start({"-q"});
    EXPECT_TRUE(eventually([&] { return live_.requests() > before; }));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually([&] { return live_.requests() == before + kAllPages; }));
    const auto end = std::chrono::steady_clock::now();
    result = folder_.finish(*process);
    return std::chrono::duration<double>(end - begin).count();
  }

  OriginServer live_;
  OriginServer bad_;
  ScriptedServer garbage_;
  std::vector<std::unique_ptr<SilentHost>> silent_;
  JobFolder folder_;
  int run_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Fetchers, Mixture, testing::Values("http", "curl"),
                         [](const auto& fetcher) { return std::string(fetcher.param); });

TEST_P(Mixture, OfAThousandHostsIsFetchedAsFastAsItsLiveOnesAlone) {
  JobResult alone;
  const double without = runUntilServed(false, alone);
  EXPECT_EQ(alone.process.exit_code, 0);
  EXPECT_EQ(alone.total("fetched"), kAllPages);

  JobResult result;
  const double with = runUntilServed(true, result);
  EXPECT_LT(with, without * 1.3 + 0.3) << without;
  EXPECT_EQ(result.total("fetched"), kAllPages);
  EXPECT_EQ(result.total("failed"), 4u * kBad);
  EXPECT_LT(result.seconds, with + 4 + 3) << "max_time, and the rest";
  // Nothing that is incomplete, or no page at all.
  EXPECT_EQ(result.report.at("cache").at("stats").at("entries"), kAllPages);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(result.process.peak_memory, 128u << 20);
#endif
}

}  // namespace
}  // namespace forage::test
