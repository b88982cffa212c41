// What the reader takes out of files that others wrote.
#include "warc/warc_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/temporary_folder.h"
#include "warc_text.h"

namespace forage::warc::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const WallTime kNoon{Millis(1'714'564'800'000)};  // of the first of May

TEST(WarcReader, GivesEveryResponseAsAnEntry) {
  const Read read =
      readAll(warcinfo() + page("http://h/a", "first") + page("http://h/b", "second"));
  EXPECT_EQ(read.error, "");
  ASSERT_THAT(read.keys(), ElementsAre("url:http://h/a", "url:http://h/b"));
  const Entry& entry = *read.entries[1];
  EXPECT_EQ(entry.status(), 200);
  EXPECT_EQ(entry.reason(), "OK");
  EXPECT_EQ(entry.headers().block(), "Content-Type: text/html\r\n");
  EXPECT_EQ(entry.body(), "second");
  EXPECT_EQ(entry.requested(), kNoon);
  EXPECT_EQ(entry.received(), kNoon);
  EXPECT_EQ(entry.expires(), WallTime::max());
  EXPECT_EQ(entry.variant(), "");
  EXPECT_EQ(read.counts.responses, 2u);
  EXPECT_EQ(read.counts.passed, 1u);
}

TEST(WarcReader, ReadsGzipMembersOfOneRecordAndOfAll) {
  const std::string a = page("http://h/a", "first");
  const std::string b = page("http://h/b", "second");
  for (const std::string& file :
       {gzipped(warcinfo()) + gzipped(a) + gzipped(b), gzipped(warcinfo() + a + b),
        gzipped(warcinfo() + a) + gzipped(b)}) {
    const Read read = readAll(file);
    EXPECT_EQ(read.error, "");
    ASSERT_THAT(read.keys(), ElementsAre("url:http://h/a", "url:http://h/b"));
    EXPECT_EQ(read.entries[1]->body(), "second");
  }
}

TEST(WarcReader, MakesKeysOfCanonicalUrlsWithThePrefixThatIsAskedFor) {
  const Read read = readAll(page("HTTP://H:80/a/../b#c", "page"), {.key_prefix = "p:"});
  EXPECT_THAT(read.keys(), ElementsAre("p:http://h/b"));
}

TEST(WarcReader, MakesADigestOfALongUrlAsRunsDo) {
  const Read read = readAll(page("http://h/" + std::string(2000, 'x'), "page"));
  ASSERT_EQ(read.entries.size(), 1u);
  EXPECT_THAT(read.keys()[0], testing::StartsWith("url:sha256:"));
}

TEST(WarcReader, ReadsUrisInAngleBracketsAndFoldedFields) {
  EXPECT_THAT(readAll(page("<http://h/a>", "page")).keys(), ElementsAre("url:http://h/a"));
  const std::string block = http("page");
  const Read read =
      readAll(record({.block = block, .more = "WARC-Block-Digest:\r\n sha1:wrong\r\n"}));
  EXPECT_EQ(read.counts.damaged, 1u);
}

TEST(WarcReader, ReadsVersion10) {
  EXPECT_EQ(readAll(record({.block = http("page"), .version = "WARC/1.0"})).entries.size(), 1u);
}

TEST(WarcReader, PassesOverWhatIsNoResponse) {
  std::string file = warcinfo();
  for (const char* type :
       {"request", "metadata", "resource", "conversion", "continuation", "new"}) {
    file += record({.block = http("page"), .type = type});
  }
  file += record({.block = "x", .uri = "dns:h", .more = "Content-Type: text/dns\r\n"});
  file += record({.block = http("page"), .uri = "ftp://h/"});
  const Read read = readAll(file + page("http://h/", "page"));
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.entries.size(), 1u);
  EXPECT_EQ(read.counts.passed, 9u);
  EXPECT_EQ(read.counts.damaged, 0u);
}

TEST(WarcReader, PassesOverAnswersThatAreNoPages) {
  const Read read = readAll(
      record({.block = http("pa", "Content-Range: bytes 0-1/4\r\n", "HTTP/1.1 206 Partial")}) +
      record({.block = http("", "", "HTTP/1.1 304 Not Modified")}));
  EXPECT_THAT(read.entries, IsEmpty());
  EXPECT_EQ(read.counts.passed, 2u);
}

TEST(WarcReader, DecodesChunksAndChecksThePayloadWithThemOrWithout) {
  const std::string chunks = "4\r\npage\r\n0\r\n\r\n";
  const std::string block = http(chunks, "Transfer-Encoding: chunked\r\n");
  const auto withDigestOf = [&](std::string_view payload) {
    return readAll(record({.block = block, .more = digests(block, payload)}));
  };
  for (const std::string& payload : {chunks, std::string("page")}) {
    const Read read = withDigestOf(payload);
    ASSERT_EQ(read.entries.size(), 1u);
    EXPECT_EQ(read.entries[0]->body(), "page");
  }
  EXPECT_EQ(withDigestOf("another").counts.damaged, 1u);
}

TEST(WarcReader, SkipsAndCountsWhatIsDamaged) {
  const std::string block = http("page");
  const auto damaged = [&](const std::string& more, const std::string& date = "2024-05-01") {
    return record({.block = block, .date = date, .more = more});
  };
  const std::string file = damaged("WARC-Block-Digest: " + sha1Of({"x"}) + "\r\n") +
                           damaged("WARC-Payload-Digest: " + sha1Of({"x"}) + "\r\n") +
                           damaged("WARC-Truncated: length\r\n") + damaged("", "yesterday") +
                           record({.block = "no HTTP"}) +
                           record({.block = http("page", "Content-Length: 9\r\n")});
  const Read read = readAll(file + page("http://h/", "page"));
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.entries.size(), 1u);
  EXPECT_EQ(read.counts.damaged, 6u);
  EXPECT_EQ(read.counts.first_problem, "byte 0: the block digest differs");
}

TEST(WarcReader, SkipsAndCountsWhatIsTooLarge) {
  const std::string large(3u << 20, 'x');
  const std::string file = page("http://h/a", large) + page("http://h/b", "page");
  const Read read = readAll(file, {.max_body = 1u << 20});
  EXPECT_THAT(read.keys(), ElementsAre("url:http://h/b"));
  EXPECT_EQ(read.counts.too_large, 1u);
  EXPECT_EQ(readAll(file, {.max_body = 4u << 20}).entries.size(), 2u);
}

TEST(WarcReader, LastComesWhatWasRecordedLast) {
  const Read read = readAll(page("http://h/", "first") + page("http://h/", "second"));
  ASSERT_EQ(read.entries.size(), 2u);
  EXPECT_EQ(read.entries[1]->body(), "second");
}

class Revisit : public testing::Test {
 protected:
  static std::string revisit(const std::string& more, const std::string& block,
                             const std::string& profile = "identical-payload-digest") {
    return record({.block = block,
                   .uri = "http://h/later",
                   .type = "revisit",
                   .date = "2024-05-02T12:00:00Z",
                   .more = "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/" + profile +
                           "\r\n" + more});
  }

  const std::string by_digest_ = "WARC-Payload-Digest: " + sha1Of({"page"}) + "\r\n";
  const std::string by_capture_ =
      "WARC-Refers-To-Target-URI: http://h/\r\nWARC-Refers-To-Date: 2024-05-01T12:00:00Z\r\n";
  const std::string head_ = http("", "Content-Length: 4\r\nX-New: 1\r\n", "HTTP/1.1 200 Again");
};

TEST_F(Revisit, HasTheBodyOfTheRecordThatItRefersTo) {
  for (const std::string& more : {by_digest_, by_capture_, by_digest_ + by_capture_}) {
    const Read read = readAll(page("http://h/", "page") + revisit(more, head_));
    ASSERT_THAT(read.keys(), ElementsAre("url:http://h/", "url:http://h/later")) << more;
    const Entry& entry = *read.entries[1];
    EXPECT_EQ(entry.body(), "page");
    EXPECT_EQ(entry.body().data(), read.entries[0]->body().data());  // shared
    EXPECT_EQ(entry.reason(), "Again");
    EXPECT_EQ(entry.headers().block(), "Content-Length: 4\r\nX-New: 1\r\n");
    EXPECT_EQ(entry.received(), kNoon + std::chrono::hours(24));
    EXPECT_EQ(read.counts.revisits, 1u);
  }
}

TEST_F(Revisit, HasTheHeadToWhereItHasNoneOfItsOwn) {
  const Read read = readAll(page("http://h/", "page") + revisit(by_digest_, ""));
  ASSERT_EQ(read.entries.size(), 2u);
  EXPECT_EQ(read.entries[1]->headers().block(), "Content-Type: text/html\r\n");
}

TEST_F(Revisit, OfAnUnchangedPageIsThatPage) {
  const Read read = readAll(
      page("http://h/", "page") +
      revisit(by_capture_, http("", "", "HTTP/1.1 304 Not Modified"), "server-not-modified"));
  ASSERT_EQ(read.entries.size(), 2u);
  EXPECT_EQ(read.entries[1]->status(), 200);
  EXPECT_EQ(read.entries[1]->body(), "page");
}

// The two are told apart by the profile, and some writers name the wrong one.
TEST_F(Revisit, OfAnUnchangedPageIsThatPageUnderEitherProfile) {
  const Read read = readAll(page("http://h/", "page") +
                            revisit(by_digest_ + by_capture_,
                                    http("", "ETag: \"new\"\r\n", "HTTP/1.1 304 Not Modified")));
  ASSERT_EQ(read.entries.size(), 2u);
  EXPECT_EQ(read.entries[1]->status(), 200);
  EXPECT_EQ(read.entries[1]->headers().block(), "Content-Type: text/html\r\n");
  EXPECT_EQ(read.entries[1]->body(), "page");
}

TEST_F(Revisit, OfAPartIsNoPage) {
  const std::string part = http("", "Content-Range: bytes 0-3/9\r\n", "HTTP/1.1 206 Partial");
  const Read read = readAll(page("http://h/", "page") + revisit(by_digest_, part));
  EXPECT_THAT(read.keys(), ElementsAre("url:http://h/"));
  EXPECT_EQ(read.counts.passed, 1u);
  EXPECT_EQ(read.counts.revisits, 0u);
  EXPECT_EQ(read.counts.damaged + read.counts.unresolved, 0u);
}

// A snapshot of ours may hold a part, under a key that says so; the page of another crawler's
// record in the same file is not made of it.
TEST_F(Revisit, OfAPartThatWeKeptIsNoPage) {
  const std::string kept =
      record({.block = http("page", "Content-Range: bytes 0-3/9\r\n", "HTTP/1.1 206 Partial"),
              .uri = "http://h/",
              .more = "Forage-Key: part:http://h/\r\n" + by_digest_});
  const Read without_head = readAll(kept + revisit(by_digest_, ""));
  ASSERT_EQ(without_head.entries.size(), 1u);
  EXPECT_EQ(without_head.entries[0]->status(), 206);
  EXPECT_EQ(without_head.counts.passed, 1u);
  const Read with_head = readAll(kept + revisit(by_digest_, head_));
  ASSERT_EQ(with_head.entries.size(), 2u);
  EXPECT_EQ(with_head.entries[1]->status(), 200) << "it says itself what it is";
}

TEST_F(Revisit, NeverHasAnotherPayloadThanItSays) {
  const std::string other = "WARC-Payload-Digest: " + sha1Of({"other"}) + "\r\n";
  const Read read = readAll(page("http://h/", "page") + revisit(by_capture_ + other, head_));
  EXPECT_EQ(read.entries.size(), 1u);
  EXPECT_EQ(read.counts.unresolved, 1u);
}

TEST_F(Revisit, IsCountedWhereTheFileDoesNotHoldWhatItRefersTo) {
  const Read read = readAll(revisit(by_digest_, head_) + page("http://h/", "page"));
  EXPECT_EQ(read.entries.size(), 1u);
  EXPECT_EQ(read.counts.unresolved, 1u);
  EXPECT_THAT(read.counts.first_problem, HasSubstr("a revisit of what the file does not hold"));
}

TEST_F(Revisit, IsResolvedWithinTheMemoryThatItMayTake) {
  const std::string file = page("http://h/", "page") + page("http://h/b", std::string(4000, 'x')) +
                           revisit(by_digest_, head_);
  EXPECT_EQ(readAll(file, {.max_remembered = 8'000}).counts.revisits, 1u);
  const Read read = readAll(file, {.max_remembered = 5'000});
  EXPECT_EQ(read.counts.revisits, 0u);
  EXPECT_EQ(read.counts.unresolved, 1u);
}

TEST(WarcReader, NamesAFileThatCannotBeRead) {
  const forage::test::TemporaryFolder folder;
  const auto errorOf = [](const std::filesystem::path& file) -> std::string {
    try {
      WarcReader reader(file);
      return "";
    } catch (const Error& error) {
      return error.message();
    }
  };
  const std::string missing = (folder.path() / "none.warc").string();
  EXPECT_EQ(errorOf(missing), missing + ": cannot be read: No such file or directory");
  EXPECT_EQ(errorOf(folder.path()), folder.path().string() + ": cannot be read");
}

}  // namespace
}  // namespace forage::warc::test
