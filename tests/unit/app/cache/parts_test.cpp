// The small parts of `forage cache`: reading lines, erasing in batches, adding up, guessing.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "cache/key_eraser.h"
#include "cache/line_reader.h"
#include "cache/nearby_urls.h"
#include "cache/scan_progress.h"
#include "cache/stat_text.h"
#include "cache/tally.h"
#include "entries.h"
#include "support/eventually.h"
#include "support/fake_cache.h"
#include "support/temporary_folder.h"
#include "terminal.h"

namespace forage::app {
namespace {

using Got = LineReader::Got;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class LineReaderTest : public testing::Test {
 protected:
  std::string file(const std::string& text) {
    std::ofstream(folder_.path() / "lines", std::ios::binary) << text;
    return (folder_.path() / "lines").string();
  }

  test::TemporaryFolder folder_;
  std::string line_;
};

TEST_F(LineReaderTest, ReadsLinesAndWhatFollowsTheLast) {
  LineReader lines(file("one\n\nthree"), 100, {});
  for (const std::string expected : {"one", "", "three"}) {
    ASSERT_EQ(lines.next(line_), Got::kLine);
    EXPECT_EQ(line_, expected);
  }
  EXPECT_EQ(lines.number(), 3u);
  EXPECT_EQ(lines.next(line_), Got::kEnd);
}

TEST_F(LineReaderTest, ReadsOverALineThatIsTooLong) {
  LineReader lines(file(std::string(1'000'000, 'x') + "\n" + std::string(300'000, 'y') + "\nlast"),
                   300'000, {});
  EXPECT_EQ(lines.next(line_), Got::kTooLong);
  ASSERT_EQ(lines.next(line_), Got::kLine);
  EXPECT_EQ(line_, std::string(300'000, 'y'));
  ASSERT_EQ(lines.next(line_), Got::kLine);
  EXPECT_EQ(line_, "last");
  EXPECT_EQ(lines.number(), 3u);
}

TEST_F(LineReaderTest, EndsWhenItIsToldToWhileItWaits) {
  const std::string pipe = (folder_.path() / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::stop_source stop;
  std::ofstream writer;
  std::thread other([&] {
    writer.open(pipe);  // returns when the reader is there
    writer << "half a line" << std::flush;
    stop.request_stop();
  });
  LineReader lines(pipe, 100, stop.get_token());
  EXPECT_EQ(lines.next(line_), Got::kEnd);
  other.join();
}

TEST_F(LineReaderTest, SaysWhatItCannotRead) {
  EXPECT_THROW(LineReader((folder_.path() / "none").string(), 100, {}), UsageError);
  EXPECT_THROW(LineReader(folder_.path().string(), 100, {}), UsageError);
}

void keep(Cache& cache, const Key& key, WallTime expires = WallTime::max()) {
  const Keep item{key, entryOf({.key = key, .expires = expires})};
  cache.store({&item, 1});
}

TEST(KeyEraser, ErasesAllInBatches) {
  test::FakeCache cache;
  KeyEraser eraser(cache, false);
  for (int i = 0; i < 1000; ++i) {
    keep(cache, std::to_string(i));
    eraser.add(std::to_string(i));
  }
  EXPECT_LT(cache.size(), 300u) << "not all at the end";
  eraser.finish();
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(eraser.erased(), 1000u);
}

TEST(KeyEraser, CountsWhatTheCacheErased) {
  test::FakeCache cache;
  KeyEraser eraser(cache, false);
  eraser.add("gone already");
  eraser.finish();
  EXPECT_EQ(eraser.erased(), 0u);
}

TEST(KeyEraser, OnlyCountsInADryRun) {
  test::FakeCache cache;
  keep(cache, "a");
  KeyEraser eraser(cache, true);
  eraser.add("a");
  eraser.finish();
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(eraser.erased(), 1u);
}

TEST(KeyEraser, SparesWhatWasReplacedMeanwhile) {
  test::FakeCache cache;
  keep(cache, "old", kNow - Millis(1));
  keep(cache, "renewed", kNow - Millis(1));
  KeyEraser eraser(cache, false, [](const Entry& entry) { return entry.expires() > kNow; });
  eraser.add("old");
  eraser.add("renewed");
  keep(cache, "renewed");
  eraser.finish();
  EXPECT_EQ(cache.at("old"), nullptr);
  EXPECT_NE(cache.at("renewed"), nullptr);
  EXPECT_EQ(eraser.erased(), 1u);
}

TEST(NearbyUrls, DifferInWhatIsEasilyMistaken) {
  const std::vector<std::string> near = nearbyUrls(*Url::parse("http://h/a?b=1"));
  for (const char* url : {"http://h/a/?b=1", "https://h/a?b=1", "http://www.h/a?b=1", "http://h/a",
                          "https://www.h/a/"}) {
    EXPECT_THAT(near, Contains(url));
  }
  EXPECT_THAT(near, Not(Contains("http://h/a?b=1"))) << "itself";
  EXPECT_EQ(near.front(), "http://h/a/?b=1") << "the nearest first";
  EXPECT_THAT(nearbyUrls(*Url::parse("https://www.h/")),
              ElementsAre("http://www.h/", "https://h/", "http://h/"));
}

TEST(Tally, AddsUp) {
  Tally tally;
  tally.add(Seen({.body = "12345"}).view);
  tally.add(Seen({.key = "url:http://i:8080/x", .status = 404, .headers = "", .age = Millis(0)},
                 Millis(1))
                .view);
  tally.add(Seen({.key = "url:sha256:00", .expires = kNow}).view);
  EXPECT_EQ(tally.total().entries, 3u);
  EXPECT_EQ(tally.total().bytes, 13u);
  EXPECT_EQ(tally.forever().entries, 1u);
  EXPECT_EQ(tally.expired().entries, 1u);
  EXPECT_EQ(tally.newest(), kNow);
  EXPECT_EQ(tally.oldest(), kNow - std::chrono::hours(1));
  ASSERT_EQ(tally.statusClasses().size(), 2u);
  EXPECT_EQ(tally.statusClasses()[0].name, "2xx");
  EXPECT_EQ(tally.statusClasses()[0].amount.entries, 2u);
  ASSERT_EQ(tally.topTypes(1).size(), 1u) << "the most first";
  EXPECT_EQ(tally.topTypes(1)[0].name, "text/html");
  ASSERT_EQ(tally.topHosts(10).size(), 3u);
  EXPECT_EQ(tally.topHosts(10)[0].name, "(digests of long URLs)");
  EXPECT_EQ(tally.topHosts(10)[2].name, "i:8080");
}

TEST(Tally, IsBoundedHoweverManyHostsThereAre) {
  Tally tally;
  const Seen seen({});
  for (int i = 0; i < 150'000; ++i) {
    const std::string url = "http://" + std::to_string(i) + "/";
    EntryView view = seen.view;
    view.url = url;
    tally.add(view);
  }
  EXPECT_EQ(tally.topHosts(1)[0].name, "(others)");
  EXPECT_EQ(tally.topHosts(1)[0].amount.entries, 50'000u);
}

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

TEST(StatText, SaysWhatThereIsAndWhatTheCacheSays) {
  CacheSummary summary;
  summary.plugin = "redis";
  summary.key_prefix = "url:";
  summary.now = kNow;
  summary.damaged = 2;
  summary.stats.capacity = 1000;
  summary.stats.more = {{"connections", 1}};
  summary.tally.add(Seen({.key = "url:http://\x1b[2J/"}).view);
  const std::string text = statText(summary);
  EXPECT_THAT(text, HasSubstr("  entries              1  4 B of bodies\n"));
  EXPECT_THAT(text, HasSubstr("  damaged              2\n"));
  EXPECT_THAT(text, HasSubstr("  oldest      2023-11-14T21:13:20.000Z, 1h00m ago\n"));
  EXPECT_THAT(text, HasSubstr("\nBy host:\n             1         4 B  ?[2J\n"));
  EXPECT_THAT(text, HasSubstr("\nThe cache itself says: capacity 1,000, connections 1\n"));
  EXPECT_EQ(statJson(summary)["stats"]["connections"], 1);
}

}  // namespace
}  // namespace forage::app
