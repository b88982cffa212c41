// What the writer writes, and that the reader gives it back.
#include "warc/warc_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "conformance/entries.h"
#include "forage/version.h"
#include "support/fake_clock.h"
#include "support/temporary_folder.h"
#include "warc_text.h"

namespace forage::warc::test {
namespace {

using conformance::expectSame;
using conformance::makeEntry;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Writer : public testing::Test {
 protected:
  std::filesystem::path file(const std::string& name = "site.warc") const {
    return folder_.path() / name;
  }
  static std::string bytesOf(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// The bytes of a file with just these entries.
  std::string write(const std::vector<EntryPtr>& entries, const std::string& name = "site.warc") {
    WarcWriter writer(file(name), clock_);
    for (const EntryPtr& entry : entries) writer.write(*entry);
    writer.finish();
    EXPECT_EQ(writer.entries(), entries.size());
    return bytesOf(file(name));
  }
  EntryPtr throughAFile(const EntryPtr& entry) {
    const Read read = readAll(write({entry}));
    EXPECT_EQ(read.error, "");
    EXPECT_EQ(read.counts.first_problem, "");
    return read.entries.size() == 1 ? read.entries[0] : nullptr;
  }
  std::vector<std::filesystem::path> filesInFolder() const {
    std::vector<std::filesystem::path> all;
    for (const auto& one : std::filesystem::directory_iterator(folder_.path())) {
      all.push_back(one.path().filename());
    }
    return all;
  }

  forage::test::TemporaryFolder folder_;
  forage::test::FakeClock clock_;
};

// Of others they would be no pages; ours are response records too, never revisits.
TEST_F(Writer, GivesPartsAndAnswersToConditionalRequestsBack) {
  for (const int status : {206, 304}) {
    const std::string body = status == 206 ? "part" : "";
    const auto entry = std::make_shared<const Entry>(
        "part:http://h/", Response{status, "Some", Headers("Content-Range: bytes 0-3/9\r\n"), body},
        WallTime(Millis(1)), WallTime(Millis(2)), WallTime::max());
    const EntryPtr read = throughAFile(entry);
    ASSERT_NE(read, nullptr) << status;
    expectSame(read, entry);
    EXPECT_THAT(bytesOf(file()), Not(HasSubstr("revisit")));
  }
}

TEST_F(Writer, WritesWhatTheStandardAsksFor) {
  const std::string text = write({makeEntry("url:http://h/a%20b", "page")});
  EXPECT_THAT(text,
              testing::StartsWith("WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:"));
  EXPECT_THAT(text, HasSubstr("\r\nWARC-Date: 2023-11-14T22:13:20.000Z\r\n"));
  EXPECT_THAT(text, HasSubstr("software: forage/" FORAGE_VERSION "\r\n"));
  const std::string response = text.substr(text.rfind("WARC/1.1\r\n"));
  EXPECT_THAT(response, testing::StartsWith("WARC/1.1\r\nWARC-Type: response\r\n"));
  EXPECT_THAT(
      response,
      testing::ContainsRegex(
          "\r\nWARC-Record-ID: "
          "<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}>\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nWARC-Date: 2023-11-14T22:13:19.502Z\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nWARC-Target-URI: http://h/a%20b\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nWARC-Payload-Digest: " + sha1Of({"page"}) + "\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nContent-Type: application/http;msgtype=response\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html; "
                                  "charset=utf-8\r\nX-Size: 4\r\n\r\npage\r\n\r\n"));
}

TEST_F(Writer, WritesAMemberForEachRecordOfAGzipFile) {
  const std::string bytes = write(
      {makeEntry("url:http://h/a", "first"), makeEntry("url:http://h/b", "b")}, "site.warc.gz");
  std::size_t count = 0;
  for (std::size_t at = bytes.find("\x1f\x8b\x08"); at != bytes.npos;
       at = bytes.find("\x1f\x8b\x08", at + 3)) {
    ++count;
  }
  EXPECT_EQ(count, 3u);
  EXPECT_EQ(readAll(bytes).entries.size(), 2u);
}

TEST_F(Writer, GivesBackWhatWasWritten) {
  const EntryPtr entry = makeEntry("url:http://h/a?b=c", "page");
  expectSame(throughAFile(entry), entry);
}

TEST_F(Writer, GivesBackBytesOfAllKindsTimesAndVariants) {
  std::mt19937 random(7);
  std::string body;
  for (int i = 0; i < 100'000; ++i) body += static_cast<char>(random());
  Response response;
  response.status = 599;
  response.reason = "";
  response.headers.add("X-Empty", "");
  response.headers.add("X-Latin", "caf\xe9");
  response.headers.add("Set-Cookie", "a=b");
  response.headers.add("Set-Cookie", "c=d");
  response.headers.add("Content-Encoding", "gzip");
  response.headers.add("Content-Length", "100000");
  response.body = body;
  const auto entry = std::make_shared<const Entry>(
      "url:https://h/#accept.de", std::move(response), WallTime(Millis(-5)), WallTime(Millis(7)),
      WallTime(Millis(1'800'000'000'123)), "accept.de-1");
  const EntryPtr back = throughAFile(entry);
  expectSame(back, entry);
  EXPECT_EQ(back->variant(), "accept.de-1");
}

TEST_F(Writer, GivesBackKeysThatHoldNoUrl) {
  for (const std::string& key : {std::string("url:sha256:0123"), std::string("a b\r\n\0c%", 8),
                                 std::string("http:// no url"), std::string("url:ftp://h/")}) {
    const EntryPtr entry = makeEntry(key, "page");
    expectSame(throughAFile(entry), entry);
  }
}

TEST_F(Writer, GivesAnEntryTheKeyUnderWhichItIsKept) {
  WarcWriter writer(file(), clock_);
  writer.write("url:http://h/#v", *makeEntry("url:http://h/", "page"));
  writer.finish();
  EXPECT_THAT(readAll(bytesOf(file())).keys(), testing::ElementsAre("url:http://h/#v"));
}

TEST_F(Writer, MakesFramingFitTheBody) {
  Response response;
  response.status = 200;
  response.reason = "OK";
  response.headers.add("Transfer-Encoding", "chunked");
  response.headers.add("Content-Length", "99");
  response.headers.add("A", "b");
  response.headers.add("content-length", "98");
  response.body = "page";
  const EntryPtr back = throughAFile(std::make_shared<const Entry>(
      "url:http://h/", std::move(response), WallTime{}, WallTime{}, WallTime::max()));
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(back->headers().block(), "Content-Length: 4\r\nA: b\r\n");
  EXPECT_EQ(back->body(), "page");
}

TEST_F(Writer, LeavesOutOfTheHeadWhatHttpCannotSay) {
  Response response;
  response.status = 200;
  response.reason = "O\r\nK";
  response.headers = Headers("A: b\r\nB C: d\r\nE: f\x01\r\nG: h\r\n");
  const EntryPtr back = throughAFile(std::make_shared<const Entry>(
      "url:http://h/", std::move(response), WallTime{}, WallTime{}, WallTime::max()));
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(back->reason(), "O  K");
  EXPECT_EQ(back->headers().block(), "A: b\r\nG: h\r\n");
}

TEST_F(Writer, LinksARequestWhereItIsKnown) {
  WarcWriter writer(file(), clock_);
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  writer.write("url:http://h/", *makeEntry("url:http://h/", "page"), request);
  writer.finish();
  const std::string text = bytesOf(file());
  const std::string last = text.substr(text.rfind("WARC/1.1\r\n"));
  EXPECT_THAT(last, HasSubstr("WARC-Type: request\r\n"));
  EXPECT_THAT(last, HasSubstr("\r\n\r\n" + request + "\r\n\r\n"));
  const std::size_t id_at = text.rfind("WARC-Record-ID: ", text.rfind("WARC/1.1\r\n")) + 16;
  EXPECT_THAT(last, HasSubstr("WARC-Concurrent-To: " + text.substr(id_at, 47) + "\r\n"));
  EXPECT_EQ(readAll(text).entries.size(), 1u);
}

TEST_F(Writer, WritesTheSameOfTheSame) {
  const auto afterInfo = [](const std::string& text) {
    return text.substr(text.find("\r\n\r\nWARC/"));
  };
  const std::vector<EntryPtr> entries{makeEntry("url:http://h/a", "first"),
                                      makeEntry("url:http://h/b", "second")};
  const std::string first = write(entries);
  clock_.advance(Millis(1));
  const std::string second = write(entries);
  EXPECT_NE(first, second);
  EXPECT_EQ(afterInfo(first), afterInfo(second));
}

TEST_F(Writer, LeavesTheOldFileAloneUntilTheNewOneIsComplete) {
  write({makeEntry("url:http://h/a", "old")});
  const std::string old = bytesOf(file());
  {
    WarcWriter writer(file(), clock_);
    writer.write(*makeEntry("url:http://h/b", std::string(1u << 20, 'x')));
    EXPECT_EQ(bytesOf(file()), old);
  }
  EXPECT_EQ(bytesOf(file()), old);
  EXPECT_THAT(filesInFolder(), testing::ElementsAre("site.warc"));
}

TEST_F(Writer, GivesTheFileThePermissionsOfAnyOther) {
  write({});
  std::ofstream(file("other")) << "x";
  struct stat ours {};
  struct stat other {};
  ASSERT_EQ(::stat(file().c_str(), &ours), 0);
  ASSERT_EQ(::stat(file("other").c_str(), &other), 0);
  EXPECT_EQ(ours.st_mode, other.st_mode);
}

TEST_F(Writer, FollowsALink) {
  std::filesystem::create_directory(file("there"));
  std::ofstream(file("there/real.warc")) << "old";
  std::filesystem::create_symlink("there/real.warc", file("link.warc"));
  write({makeEntry("url:http://h/a", "page")}, "link.warc");
  EXPECT_TRUE(std::filesystem::is_symlink(file("link.warc")));
  EXPECT_EQ(readAll(bytesOf(file("there/real.warc"))).entries.size(), 1u);
}

TEST_F(Writer, NamesTheFileThatCannotBeWritten) {
  const auto errorOf = [this](const std::filesystem::path& path) -> std::string {
    try {
      WarcWriter writer(path, clock_);
      return "";
    } catch (const Error& error) {
      return error.message();
    }
  };
  const std::string missing = file("none/site.warc");
  EXPECT_EQ(errorOf(missing), missing + ": cannot be written: No such file or directory");
  EXPECT_THAT(errorOf(folder_.path()), HasSubstr(": cannot be written: Is a directory"));
  EXPECT_THAT(filesInFolder(), IsEmpty());
}

}  // namespace
}  // namespace forage::warc::test
