// Groups whose hosts never answer delay the others by nothing.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "job_run.h"
#include "origin/origin_server.h"
#include "support/eventually.h"

namespace forage::test {
namespace {

/// A host that takes connections and never says a word: a socket that listens and is not served.
class SilentHost {
 public:
  explicit SilentHost(int number) : address_("127.0.1." + std::to_string(number)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, address_.c_str(), &address.sin_addr);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 64), 0);
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentHost() { ::close(fd_); }
  SilentHost(const SilentHost&) = delete;
  SilentHost& operator=(const SilentHost&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://" + address_ + ":" + std::to_string(port_) + "/";
  }

 private:
  std::string address_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

class DeadHosts : public ::testing::Test {
 protected:
  static constexpr int kLive = 100;  // groups, each of
  static constexpr int kUrls = 4;    // URLs of a tenth of a second

  DeadHosts() { origin_.start(); }

  std::string groups(const std::vector<std::unique_ptr<SilentHost>>& silent) {
    std::string job =
        "[cache]\nplugin = \"memory\"\n[fetch]\nmax_time = \"4s\"\nparallel_max = 1\n"
        "parallel_max_host = 1000\n";
    for (std::size_t n = 0; n < silent.size(); ++n) {
      job += "[[group]]\nname = \"dead" + std::to_string(n) + "\"\nurls = [\"" + silent[n]->url() +
             "\"]\n";
    }
    for (int g = 0; g < kLive; ++g) {
      job += "[[group]]\nname = \"live" + std::to_string(g) + "\"\nurls = [";
      for (int n = 0; n < kUrls; ++n) {
        job += "\"" + origin_.url() + "/delay/0.1?" + std::to_string(run_) + "." +
               std::to_string(g) + "." + std::to_string(n) + "\",";
      }
      job += "]\n";
    }
    ++run_;
    return job;
  }

  /// Seconds until all that is alive has been asked for.
  double runUntilServed(const std::string& job, JobResult& result) {
    folder_.write("job.toml", job);
    const std::uint64_t before = origin_.requests();
    const auto begin = std::chrono::steady_clock::now();
    const auto process = folder_.start({"-q"});
    EXPECT_TRUE(eventually([&] { return origin_.requests() == before + kLive * kUrls; }));
    const auto end = std::chrono::steady_clock::now();
    result = folder_.finish(*process);
    return std::chrono::duration<double>(end - begin).count();
  }

  OriginServer origin_;
  JobFolder folder_;
  int run_ = 0;
};

TEST_F(DeadHosts, AHundredGroupsOfThemDelayTheOthersByNothing) {
  JobResult alone;
  const double without = runUntilServed(groups({}), alone);
  EXPECT_EQ(alone.process.exit_code, 0);

  std::vector<std::unique_ptr<SilentHost>> silent;
  for (int n = 1; n <= 100; ++n) silent.push_back(std::make_unique<SilentHost>(n));
  JobResult result;
  const double with = runUntilServed(groups(silent), result);
  EXPECT_LT(with, without * 1.3 + 0.3);
  EXPECT_EQ(result.process.exit_code, 4);
  EXPECT_EQ(result.total("failed"), 100u);
  EXPECT_EQ(result.total("fetched"), static_cast<std::uint64_t>(kLive * kUrls));
  for (const auto& error : result.report.at("errors")) EXPECT_EQ(error.at("kind"), "timeout");
}

}  // namespace
}  // namespace forage::test
