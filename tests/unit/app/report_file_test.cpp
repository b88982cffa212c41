#include "report_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "capture.h"
#include "command_line.h"
#include "forage/error.h"
#include "terminal.h"

namespace forage::app {
namespace {

namespace fs = std::filesystem;

class ReportFileTest : public testing::Test {
 protected:
  ReportFileTest() {
    std::string name = (fs::temp_directory_path() / "forage-report-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ReportFileTest() override { fs::remove_all(folder_); }

  static std::string read(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::ptrdiff_t filesLeft() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

  Capture out_;
  Capture err_;
  Terminal terminal_{out_.fd(), err_.fd(), false};
  fs::path folder_;
};

TEST_F(ReportFileTest, AppearsWholeWhenItIsWritten) {
  const fs::path path = folder_ / "run.json";
  {
    ReportFile file(path, terminal_);
    EXPECT_FALSE(fs::exists(path));
    file.write("{}\n");
    EXPECT_EQ(read(path), "{}\n");
  }
  EXPECT_EQ(filesLeft(), 1);
}

TEST_F(ReportFileTest, LeavesTheOldOneAloneWhenTheRunFails) {
  const fs::path path = folder_ / "run.json";
  std::ofstream(path) << "old";
  { const ReportFile file(path, terminal_); }
  EXPECT_EQ(read(path), "old");
  EXPECT_EQ(filesLeft(), 1);
}

TEST_F(ReportFileTest, MayBeReadByWhomTheUmaskAllows) {
  const fs::path path = folder_ / "run.json";
  const mode_t before = ::umask(027);
  ReportFile(path, terminal_).write("x");
  ::umask(before);
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0640u);
}

TEST_F(ReportFileTest, FollowsALinkInsteadOfReplacingIt) {
  std::ofstream(folder_ / "target.json") << "old";
  fs::create_symlink("target.json", folder_ / "link.json");
  ReportFile(folder_ / "link.json", terminal_).write("new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link.json"));
  EXPECT_EQ(read(folder_ / "target.json"), "new");
}

TEST_F(ReportFileTest, IsRefusedBeforeTheRunWhereItCannotBeWritten) {
  EXPECT_THROW(ReportFile(folder_ / "absent" / "run.json", terminal_), UsageError);
  EXPECT_THROW(ReportFile(folder_, terminal_), UsageError);
}

TEST_F(ReportFileTest, SaysThatTheDiskIsFull) {
  ReportFile file("/dev/full", terminal_);
  EXPECT_THROW(file.write("{}\n"), SinkError);
}

TEST_F(ReportFileTest, GoesToStandardOutputForADash) {
  ReportFile("-", terminal_).write("{}\n");
  EXPECT_EQ(out_.text(), "{}\n");
}

}  // namespace
}  // namespace forage::app
