// A memory in front of Redis: what it holds is not asked for again.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "job_run.h"
#include "origin/origin_server.h"
#include "support/eventually.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

/// What a run reads from its standard input, when the test says so.
class Feed {
 public:
  explicit Feed(const std::filesystem::path& file) {
    EXPECT_EQ(::mkfifo(file.c_str(), 0600), 0);
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CLOEXEC);  // waits for nobody
  }
  ~Feed() { end(); }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  void write(const std::string& text) const {
    EXPECT_EQ(::write(descriptor_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_;
};

class Near : public ::testing::Test {
 protected:
  Near() {
    origin_.start();
    for (std::uint64_t n = 1; n <= kUrls; ++n)
      urls_ += origin_.url() + "/page/" + std::to_string(n) + "\n";
  }

  [[nodiscard]] std::string cache(const std::string& more) const {
    return "[cache]\nplugin = \"redis\"\nurl = \"" + redis_.url() + "\"\n" + more;
  }
  void warm() const {
    const JobFolder folder;
    folder.write("urls.txt", urls_);
    folder.write("job.toml", cache("[[group]]\nurls_file = \"urls.txt\"\n"));
    const JobResult result = folder.run({"-q"});
    ASSERT_EQ(result.process.exit_code, 0) << result.process.err;
    ASSERT_EQ(result.total("requests"), kUrls);
  }
  [[nodiscard]] bool isToldOfChanges() const {
    const auto answer = redis_.command({"PUBSUB", "NUMSUB", "__redis__:invalidate"});
    return answer.items.size() == 2 && answer.items[1].integer == 1;
  }
  [[nodiscard]] std::uint64_t redisHits() const {
    return static_cast<std::uint64_t>(redis_.info("keyspace_hits"));
  }

  static constexpr std::uint64_t kUrls = 1000;
  // Batches that are under way when Redis begins to tell of changes are not kept.
  static constexpr std::uint64_t kUnderWay = 2 * 64;

  OriginServer origin_;
  RedisServer redis_;
  JobFolder folder_;
  std::string urls_;
};

TEST_F(Near, AsksRedisOnceForWhatTwoGroupsWant) {
  warm();
  folder_.write("job.toml",
                cache("near = \"memory\"\n[[group]]\nname = \"first\"\nurls = [\"" + origin_.url() +
                      "/page/1\"]\n[[group]]\nname = \"second\"\nurls_file = \"-\"\n"));
  Feed feed(folder_.path() / "feed");
  const std::uint64_t before = redisHits();
  ProcessSpec spec;
  spec.command = {"/bin/sh", "-c",
                  "exec " FORAGE_BUILD_DIR
                  "/apps/forage/forage run job.toml --report report.json -q < feed"};
  spec.folder = folder_.path();
  Process process(spec);
  ASSERT_TRUE(eventually([&] { return isToldOfChanges(); }));
  feed.write(urls_);
  ASSERT_TRUE(eventually([&] { return redisHits() - before >= kUrls; }));
  feed.write(urls_);
  feed.end();
  const JobResult result = folder_.finish(process);
  EXPECT_EQ(result.process.exit_code, 0) << result.process.err;
  EXPECT_EQ(result.total("urls"), 2 * kUrls + 1);
  EXPECT_EQ(result.total("requests"), 0u);
  const std::uint64_t asked = redisHits() - before;
  const std::uint64_t near_hits = result.report.at("cache").at("stats").at("near_hits");
  EXPECT_EQ(asked + near_hits, 2 * kUrls + 1);
  EXPECT_LE(asked, 1 + kUrls + kUnderWay);  // the first group's, and those of the feed
}

TEST_F(Near, IsRefusedWhereItDoesInputAndOutput) {
  folder_.write("job.toml",
                "[cache]\nplugin = \"memory\"\nnear = \"redis\"\n[cache.redis]\nurl = \"" +
                    redis_.url() + "\"\n[[group]]\nurls = [\"" + origin_.url() + "/page/1\"]\n");
  const ProcessResult result = folder_.start({"-q"})->wait();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("job.toml:3:8: cache.near: the plugin \"redis\" does I/O"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(origin_.requests(), 0u);
}

}  // namespace
}  // namespace forage::test
