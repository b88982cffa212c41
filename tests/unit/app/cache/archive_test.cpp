#include "cache/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "capture.h"
#include "entries.h"
#include "forage/cache_key.h"
#include "forage/error.h"
#include "support/fake_clock.h"
#include "support/temporary_folder.h"
#include "terminal.h"

namespace forage::app {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

void expectSame(const Entry& actual, const Entry& expected) {
  EXPECT_EQ(actual.key(), expected.key());
  EXPECT_EQ(actual.variant(), expected.variant());
  EXPECT_EQ(actual.status(), expected.status());
  EXPECT_EQ(actual.reason(), expected.reason());
  EXPECT_EQ(actual.headers().block(), expected.headers().block());
  EXPECT_TRUE(actual.body() == expected.body());
  EXPECT_EQ(actual.requested(), expected.requested());
  EXPECT_EQ(actual.received(), expected.received());
  EXPECT_EQ(actual.expires(), expected.expires());
}

class Archive : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }
  void write(const std::string& file, const std::vector<EntryPtr>& entries) {
    const auto writer = makeEntryWriter(path(file), terminal_, clock_);
    for (const EntryPtr& entry : entries) writer->write(*entry);
    writer->finish();
  }
  std::vector<EntryPtr> read(const std::string& file) {
    const auto reader = makeEntryReader(
        path(file), job_, {}, [this](const std::string& problem) { problems_.push_back(problem); });
    std::vector<EntryPtr> entries;
    while (EntryPtr entry = reader->next()) entries.push_back(std::move(entry));
    damaged_ = reader->damaged();
    return entries;
  }
  [[nodiscard]] std::string text(const std::string& file) const {
    std::ifstream in(path(file), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::ptrdiff_t filesLeft() const {
    return std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator());
  }

  test::TemporaryFolder folder_;
  test::FakeClock clock_;
  Capture out_;
  Capture err_;
  Terminal terminal_{out_.fd(), err_.fd(), false};
  Job job_;
  std::vector<std::string> problems_;
  std::uint64_t damaged_ = 0;
};

std::string anyBytes(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 131 + i / 256);
  return bytes;
}

TEST_F(Archive, GivesBackWhatWasWritten) {
  std::vector<EntryPtr> entries{
      entryOf({}), entryOf({.key = "url:http://h/b", .status = 404, .headers = "", .body = ""}),
      entryOf({.key = "url:http://h/c#en",
               .headers = "X-A: 1\r\nContent-Type: a/b\r\nX-A: 2\r\n",
               .expires = kNow + Millis(1),
               .variant = "en"}),
      entryOf({.key = "url:http://h/d#part",
               .status = 206,
               .headers = "Content-Range: bytes 0-3/10\r\nContent-Length: 4\r\n",
               .body = "0123"}),
      entryOf({.key = "url:http://h/d#head", .headers = "Content-Length: 1234\r\n", .body = ""})};
  for (const std::size_t size : {1U, 2U, 49'151U, 49'152U, 49'153U, 1'000'000U}) {
    entries.push_back(
        entryOf({.key = "url:http://h/" + std::to_string(size), .body = anyBytes(size)}));
  }
  for (const std::string file : {"all.jsonl", "all.warc", "all.warc.gz"}) {
    write(file, entries);
    const std::vector<EntryPtr> again = read(file);
    ASSERT_EQ(again.size(), entries.size()) << file;
    for (std::size_t i = 0; i < entries.size(); ++i) expectSame(*again[i], *entries[i]);
    EXPECT_EQ(damaged_, 0u);
    EXPECT_THAT(problems_, ElementsAre());
  }
}

TEST_F(Archive, KeepsBytesThatAreNoText) {
  const EntryPtr entry =
      entryOf({.headers = "X-Latin: caf\xe9\r\nX-Utf8: caf\xc3\xa9\r\n", .body = "\xff"});
  write("all.jsonl", {entry});
  EXPECT_THAT(text("all.jsonl"), HasSubstr(R"(["X-Latin","Y2Fm6Q==","b64"])"));
  const std::vector<EntryPtr> again = read("all.jsonl");
  ASSERT_EQ(again.size(), 1u);
  expectSame(*again[0], *entry);
}

TEST_F(Archive, IsNotThereUntilItIsFinished) {
  for (const std::string file : {"all.jsonl", "all.warc.gz"}) {
    {
      const auto writer = makeEntryWriter(path(file), terminal_, clock_);
      writer->write(*entryOf({}));
      EXPECT_FALSE(fs::exists(path(file)));
    }
    EXPECT_EQ(filesLeft(), 0) << file;
  }
}

TEST_F(Archive, TellsDamagedLinesByTheirNumberAndReadsOn) {
  write("one.jsonl", {entryOf({})});
  const std::string good = text("one.jsonl");
  std::ofstream(path("all.jsonl"), std::ios::binary) << good << "\n{\"key\":1}\n"
                                                     << good << good.substr(0, good.size() - 3);
  EXPECT_EQ(read("all.jsonl").size(), 2u);
  EXPECT_EQ(damaged_, 2u);
  EXPECT_THAT(problems_, ElementsAre(path("all.jsonl") + ":3: key is missing",
                                     path("all.jsonl") + ":5: no JSON object"));
}

TEST_F(Archive, PassesOverWhatIsLargerThanTheJobWouldFetch) {
  job_.fetch.limits.max_filesize = 300'000;
  write("all.jsonl", {entryOf({.body = std::string(300'001, 'x')}), entryOf({})});
  write("huge.jsonl", {entryOf({.body = std::string(3'000'000, 'x')}), entryOf({})});
  EXPECT_EQ(read("all.jsonl").size(), 1u);
  EXPECT_EQ(read("huge.jsonl").size(), 1u);
  ASSERT_EQ(problems_.size(), 2u);
  EXPECT_THAT(problems_[0], HasSubstr(":1: its body is too large (fetch.max_filesize)"));
  EXPECT_THAT(problems_[1], HasSubstr(":1: it is too long (fetch.max_filesize)"));
}

TEST_F(Archive, OfWarcCountsWhatIsDamaged) {
  write("all.warc.gz", {entryOf({}), entryOf({.key = "url:http://h/b", .body = anyBytes(1000)})});
  std::string bytes = text("all.warc.gz");
  std::ofstream(path("cut.warc.gz"), std::ios::binary) << bytes.substr(0, bytes.size() - 20);
  EXPECT_EQ(read("cut.warc.gz").size(), 1u);
  EXPECT_EQ(damaged_, 1u);
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_THAT(problems_[0], HasSubstr("cut.warc.gz: byte"));
}

TEST_F(Archive, SaysWhatItCannotOpenAndWhatItDoesNotKnow) {
  EXPECT_THROW(static_cast<void>(archiveKindOf("pages.zip")), UsageError);
  EXPECT_THROW(static_cast<void>(archiveKindOf("jsonl")), UsageError);
  EXPECT_EQ(archiveKindOf("-"), ArchiveKind::kJsonLines);
  for (const std::string file : {"none/all.jsonl", "none/all.warc"}) {
    EXPECT_THROW(write(file, {}), UsageError) << file;
    EXPECT_THROW(read(file), UsageError) << file;
  }
}

TEST(Archives, PutAnotherPrefixBeforeAKey) {
  EXPECT_EQ(withPrefix("url:http://h/a#en", "x:"), "x:http://h/a#en");
  EXPECT_EQ(withPrefix("https://h/?u=http://i/", "url:"), "url:https://h/?u=http://i/");
  EXPECT_EQ(withPrefix("url:sha256:00ff", ""), "sha256:00ff");
  EXPECT_EQ(withPrefix("nothing", "url:"), "");
}

TEST(Archives, MakeADigestOfAUrlThatIsTooLongBehindTheNewPrefixAsRunsDo) {
  const std::string url = "http://h/" + std::string(kMaxKeyBytes - 4 - 9, 'a');
  Key expected;
  makeCacheKey("mine:", url, expected);
  ASSERT_EQ(expected.substr(0, 12), "mine:sha256:");
  EXPECT_EQ(withPrefix("url:" + url, "url:"), "url:" + url);
  EXPECT_EQ(withPrefix("url:" + url, "mine:"), expected);
  EXPECT_EQ(withPrefix("url:" + url + "#00ff#part", "mine:"), expected + "#00ff#part");
}

TEST(Archives, ShareTheBodyOfAnEntryUnderAnotherKey) {
  const EntryPtr entry = entryOf({.variant = "en"});
  EXPECT_EQ(underKey(entry, entry->key(), entry->expires()), entry);
  const EntryPtr other = underKey(entry, "x:http://h/a", kNow);
  EXPECT_EQ(other->key(), "x:http://h/a");
  EXPECT_EQ(other->expires(), kNow);
  EXPECT_EQ(other->variant(), "en");
  EXPECT_EQ(other->headers().block(), entry->headers().block());
  EXPECT_EQ(other->body().data(), entry->body().data());
}

}  // namespace
}  // namespace forage::app
