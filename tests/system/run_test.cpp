// `forage run` against a server that answers in all ways.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <string>

#include "forage_command.h"
#include "origin/origin_server.h"

namespace forage::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A port of the loopback interface that is taken and on which nobody listens.
class RefusingPort {
 public:
  RefusingPort() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd_, generic, size) != 0 || ::getsockname(fd_, generic, &size) != 0) {
      ADD_FAILURE() << "no port";
    }
    port_ = ntohs(address.sin_port);
  }
  ~RefusingPort() { ::close(fd_); }
  RefusingPort(const RefusingPort&) = delete;
  RefusingPort& operator=(const RefusingPort&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/";
  }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

std::uint64_t outcomesOf(const json& totals) {
  std::uint64_t sum = 0;
  for (const char* outcome :
       {"hit", "revalidated", "stale", "joined", "fetched", "failed", "blocked"}) {
    sum += totals[outcome].get<std::uint64_t>();
  }
  return sum;
}

class Run : public testing::Test {
 protected:
  Run() { origin_.start(); }

  OriginServer origin_;
  ForageCommand forage_;
};

TEST_F(Run, VisitsEveryUrlAndSaysSo) {
  forage_.write("job.toml", jobOf({origin_.url() + "/bytes/10", origin_.url() + "/bytes/20",
                                   origin_.url() + "/bytes/10"}));
  const ProcessResult result = forage_.run({"run", "job.toml", "--report", "run.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(countOf(result.out, "[FETCHING] first - URL: "), 2u) << result.out;
  EXPECT_EQ(countOf(result.out, "[CACHE HIT] first - URL: "), 1u);
  EXPECT_THAT(result.out, HasSubstr("\nScraping results:\nThread first - URL: " + origin_.url() +
                                    "/bytes/10 - Response Length: 10\n"));
  EXPECT_EQ(countOf(result.out, "Response Length: "), 3u);
  EXPECT_THAT(result.out, HasSubstr("\nTotals:\n"));
  EXPECT_EQ(origin_.requests(), 2u);

  const json report = forage_.readJson("run.json");
  EXPECT_EQ(report["version"], 1);
  EXPECT_EQ(report["job"], "job.toml");
  EXPECT_EQ(report["exit_code"], 0);
  EXPECT_EQ(report["totals"]["urls"], 3);
  EXPECT_EQ(report["totals"]["requests"], 2);
  EXPECT_EQ(report["totals"]["fetched"], 2);
  EXPECT_EQ(outcomesOf(report["totals"]), 3u);
  EXPECT_EQ(report["groups"][0]["name"], "first");
  EXPECT_EQ(report["groups"][0]["urls"], 3);
  EXPECT_EQ(report["cache"]["plugin"], "memory");
  EXPECT_EQ(report["cache"]["degraded_seconds"], 0);
  EXPECT_GT(report["wall_seconds"], 0);
  EXPECT_GT(report["peak_memory_bytes"], 1 << 20);
  EXPECT_EQ(report["error_count"], 0);
}

TEST_F(Run, ReportsEachFailureByItsKindAndGoesOn) {
  const RefusingPort refusing;
  const std::map<std::string, std::string> kinds{{origin_.url() + "/status/404", "status"},
                                                 {origin_.url() + "/status/500", "status"},
                                                 {refusing.url(), "connect"},
                                                 {origin_.url() + "/truncated/1000", "truncated"},
                                                 {origin_.url() + "/endless", "too_large"},
                                                 {origin_.url() + "/hang", "timeout"}};
  std::vector<std::string> urls;
  for (const auto& [url, kind] : kinds) urls.push_back(url);
  urls.push_back(origin_.url() + "/get");
  forage_.write("job.toml", jobOf(urls, "[fetch]\nmax_time = \"2s\"\nmax_filesize = \"1MiB\""));

  const ProcessResult result = forage_.run({"run", "job.toml", "--report", "run.json"});
  EXPECT_EQ(result.exit_code, 4) << "network failures win over others: " << result.err;
  const json report = forage_.readJson("run.json");
  EXPECT_EQ(report["exit_code"], 4);
  EXPECT_EQ(report["totals"]["fetched"], 1);
  EXPECT_EQ(report["totals"]["failed"], kinds.size());
  EXPECT_EQ(report["error_count"], kinds.size());
  EXPECT_EQ(report["cache"]["stores"], 1) << "only the success is stored";
  std::map<std::string, std::string> reported;
  for (const json& error : report["errors"]) reported[error["url"]] = error["kind"];
  EXPECT_EQ(reported, kinds);
  EXPECT_EQ(countOf(result.out, "[ERROR] first - Failed to retrieve "), kinds.size());
  EXPECT_EQ(countOf(result.out, "Response Length: Failed"), kinds.size());
}

TEST_F(Run, ExitCodeIsThatOfTheFailure) {
  const std::map<std::string, int> codes{{"/status/404", 8},  {"/status/503", 8},
                                         {"/status/401", 6},  {"/status/403", 6},
                                         {"/truncated/9", 7}, {"/get", 0}};
  for (const auto& [path, code] : codes) {
    forage_.write("job.toml", jobOf({origin_.url() + path}));
    EXPECT_EQ(forage_.run({"run", "job.toml", "--set", "fetch.retry=0"}).exit_code, code) << path;
  }
}

TEST_F(Run, FetchesNothingThatRobotsTxtDisallows) {
  forage_.write("job.toml", jobOf({origin_.url() + "/deny"}, "[polite]\nrobots = true"));
  const ProcessResult result = forage_.run({"run", "job.toml", "--report", "report.json"});
  EXPECT_EQ(result.exit_code, 10) << result.err;
  EXPECT_THAT(result.out, HasSubstr("robots.txt disallows it: /deny"));
  EXPECT_EQ(origin_.stats().by_target["/robots.txt"], 1u);
  EXPECT_FALSE(origin_.stats().by_target.contains("/deny"));
}

TEST_F(Run, ReadsUrlsFromStandardInput) {
  forage_.write("job.toml", "[[group]]\nname = \"piped\"\nurls_file = \"-\"\n");
  ProcessSpec spec = forage_.spec({"run", "job.toml", "--report", "run.json"});
  spec.input = "# two\n" + origin_.url() + "/bytes/1\n\n" + origin_.url() + "/bytes/2\n";
  EXPECT_EQ(runProcess(spec).exit_code, 0);
  EXPECT_EQ(forage_.readJson("run.json")["totals"]["urls"], 2);
}

TEST_F(Run, ShowsLinesForTheFirstHundredUrlsUnlessVerbose) {
  std::string list;
  for (int i = 0; i < 250; ++i) list += origin_.url() + "/page/" + std::to_string(i) + "\n";
  forage_.write("urls.txt", list);
  forage_.write("job.toml", "[[group]]\nname = \"g\"\nurls_file = \"urls.txt\"\n");
  const ProcessResult normal = forage_.run({"run", "job.toml"});
  EXPECT_EQ(countOf(normal.out, "[FETCHING]"), 100u);
  EXPECT_EQ(countOf(normal.out, "Response Length: "), 100u);
  EXPECT_THAT(normal.out, HasSubstr("... and 150 more\n"));
  EXPECT_EQ(countOf(forage_.run({"run", "job.toml", "-v"}).out, "[FETCHING]"), 250u);
  const ProcessResult quiet = forage_.run({"run", "job.toml", "-q"});
  EXPECT_EQ(quiet.out + quiet.err, "");
}

TEST_F(Run, LaysTheEnvironmentsTableOverTheRest) {
  forage_.write("job.toml", jobOf({origin_.url() + "/get"},
                                  "[cache]\nplugin = \"redis\"\nurl = \"${NO_SUCH_REDIS}\"\n"
                                  "[env.test]\ncache.plugin = \"memory\""));
  EXPECT_EQ(forage_.run({"run", "job.toml"}).exit_code, 2) << "${VAR} is used, and not set";
  EXPECT_EQ(forage_.run({"run", "job.toml", "--env", "test"}).exit_code, 0);
}

// A list is read on while fetches hold every descriptor there is.
TEST_F(Run, WithFewDescriptorsTheListIsReadOnAndTheUserIsTold) {
  std::string urls;
  for (int i = 0; i < 2000; ++i) urls += origin_.url() + "/page/" + std::to_string(i) + "\n";
  forage_.write("urls.txt", urls);
  forage_.write("job.toml",
                "[fetch]\nparallel_max = 500\nparallel_max_host = 500\n"
                "[[group]]\nname = \"g\"\nurls_file = \"urls.txt\"\n");
  ProcessSpec spec = forage_.spec({"run", "job.toml", "--report", "report.json"});
  spec.command.insert(spec.command.begin(), {"sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"});
  const ProcessResult result = runProcess(spec);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("parallel_max allows 500 fetches at once, but only 64 files"));
  EXPECT_EQ(forage_.readJson("report.json")["totals"]["fetched"], 2000);
}

}  // namespace
}  // namespace forage::test
