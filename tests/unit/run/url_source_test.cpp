#include "run/url_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "forage/error.h"
#include "run/stdin_lines.h"
#include "support/eventually.h"

namespace forage::run {
namespace {

class UrlSourceTest : public ::testing::Test {
 protected:
  UrlSourceTest() {
    std::string name = (std::filesystem::temp_directory_path() / "forage-urls-XXXXXX").string();
    const int fd = ::mkstemp(name.data());
    EXPECT_GE(fd, 0);
    ::close(fd);
    file_ = name;
    group_.name = "g";
  }
  ~UrlSourceTest() override { std::filesystem::remove(file_); }

  void write(const std::string& text) {
    std::ofstream(file_, std::ios::binary) << text;
    group_.urls_file = file_;
  }
  std::vector<std::string> readAll() {
    UrlSource source(group_, nullptr);
    std::vector<std::string> urls;
    std::string_view text;
    while (source.next(text) == UrlSource::State::kUrl) urls.emplace_back(text);
    return urls;
  }

  std::filesystem::path file_;
  GroupSpec group_;
};

TEST_F(UrlSourceTest, GivesTheListedUrlsAndThenTheLinesOfTheFile) {
  group_.urls = {"http://a/", "http://b/"};
  write("# a comment\nhttp://c/\r\n\n   http://d/  \n#http://no/\nhttp://e/");
  EXPECT_EQ(readAll(), (std::vector<std::string>{"http://a/", "http://b/", "http://c/", "http://d/",
                                                 "http://e/"}));
}

TEST_F(UrlSourceTest, ExpandsGlobsAfterTheListedUrlsAndBeforeTheFile) {
  group_.urls = {"http://a/"};
  group_.url_globs = {"http://b/[1-2]", "http://c/{x,y}"};
  write("http://d/");
  EXPECT_EQ(readAll(), (std::vector<std::string>{"http://a/", "http://b/1", "http://b/2",
                                                 "http://c/x", "http://c/y", "http://d/"}));
}

TEST_F(UrlSourceTest, AnEmptyFileGivesNothing) {
  write("");
  EXPECT_TRUE(readAll().empty());
}

TEST_F(UrlSourceTest, AFileOfManyChunksLosesNoLine) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "http://example.test/" + std::to_string(i) + "\n";
  write(text);
  const std::vector<std::string> urls = readAll();
  ASSERT_EQ(urls.size(), 20'000u);
  for (std::size_t i = 0; i < urls.size(); ++i) {
    ASSERT_EQ(urls[i], "http://example.test/" + std::to_string(i));
  }
}

TEST_F(UrlSourceTest, ALineWithoutEndIsCutAndTakesNoMemory) {
  write(std::string(1u << 20, 'x') + "\nhttp://a/\n");
  const std::vector<std::string> urls = readAll();
  EXPECT_EQ(urls.back(), "http://a/");
  for (const std::string& url : urls) EXPECT_LE(url.size(), 100'000u);
}

TEST_F(UrlSourceTest, AFileThatVanishesIsAnError) {
  write("http://a/\n");
  UrlSource source(group_, nullptr);
  std::filesystem::remove(file_);
  std::string_view text;
  EXPECT_THROW((void)source.next(text), Error);
}

TEST_F(UrlSourceTest, ACheckNamesTheLinesThatAreNoUrlsAndCountsTheOthers) {
  write("http://a/\nnonsense\n# c\nhttp://b/\nftp://c/\n");
  std::vector<std::string> findings;
  EXPECT_EQ(checkUrlFile(file_, findings), 4u);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].find(file_.string() + ":2: "), 0u);
  EXPECT_EQ(findings[1].find(file_.string() + ":5: "), 0u);
}

TEST_F(UrlSourceTest, WhatIsNoRegularFileIsFoundBeforehandAndNotOpened) {
  std::filesystem::remove(file_);
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);  // to open it would wait for a writer
  std::vector<std::string> findings;
  EXPECT_EQ(checkUrlFile(file_, findings), 0u);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find("no regular file"), std::string::npos);
}

TEST_F(UrlSourceTest, ACheckReadsNoLineWithoutEndAndRefusesIt) {
  write("http://a/\n" + std::string(1u << 20, 'x'));
  std::vector<std::string> findings;
  EXPECT_EQ(checkUrlFile(file_, findings), 1u);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find("more than 64 KiB"), std::string::npos);
}

TEST_F(UrlSourceTest, ACheckRefusesCredentialsAndDoesNotShowThem) {
  write("http://user:secret@a/\nhttp://b/");
  std::vector<std::string> findings;
  EXPECT_EQ(checkUrlFile(file_, findings), 2u);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find(":1: user and password"), std::string::npos) << findings[0];
  EXPECT_EQ(findings[0].find("secret"), std::string::npos);
}

TEST(StdinLines, GivesLinesAsTheyComeAndSaysWhenThereAreNone) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  struct Listener final : store::RoomListener {
    void hasRoom() noexcept override { ++told; }
    std::atomic<int> told{0};
  } listener;
  StdinLines lines(pipe[0]);
  lines.listen(listener);
  std::string buffer;
  std::string_view text;
  EXPECT_EQ(lines.next(buffer, text), UrlSource::State::kWait);
  ASSERT_EQ(::write(pipe[1], "http://a/\nhttp://b", 18), 18);
  EXPECT_TRUE(test::eventually([&] { return listener.told > 0; }));
  ASSERT_EQ(lines.next(buffer, text), UrlSource::State::kUrl);
  EXPECT_EQ(text, "http://a/");
  EXPECT_EQ(lines.next(buffer, text), UrlSource::State::kWait);
  ::close(pipe[1]);
  EXPECT_TRUE(
      test::eventually([&] { return lines.next(buffer, text) != UrlSource::State::kWait; }));
  EXPECT_EQ(text, "http://b");
  EXPECT_EQ(lines.next(buffer, text), UrlSource::State::kEnd);
  ::close(pipe[0]);
}

TEST(StdinLines, EndsWhileTheOtherSideIsSilent) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  { StdinLines lines(pipe[0]); }
  ::close(pipe[0]);
  ::close(pipe[1]);
}

}  // namespace
}  // namespace forage::run
