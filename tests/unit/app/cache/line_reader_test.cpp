#include "cache/line_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>
#include <thread>

#include "command_line.h"
#include "support/temporary_folder.h"

namespace forage::app {
namespace {

using Got = LineReader::Got;

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

}  // namespace
}  // namespace forage::app
