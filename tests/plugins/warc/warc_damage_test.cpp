// Files that are cut, changed or made to harm: an error or a counted loss, never a wrong page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "warc_text.h"

namespace forage::warc::test {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> records() {
  const std::string chunked = http("6\r\nsecond\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n");
  return {warcinfo(), page("http://h/first", "first"),
          record({.block = chunked, .uri = "http://h/second", .more = digests(chunked, "second")}),
          page("http://h/third", "third")};
}

struct Shape {
  const char* name;
  std::string (*make)(const std::vector<std::string>& records);
};

std::string plain(const std::vector<std::string>& records) {
  std::string file;
  for (const std::string& one : records) file += one;
  return file;
}
std::string members(const std::vector<std::string>& records) {
  std::string file;
  for (const std::string& one : records) file += gzipped(one);
  return file;
}
std::string oneMember(const std::vector<std::string>& records) { return gzipped(plain(records)); }

class DamagedWarc : public testing::TestWithParam<Shape> {
 protected:
  const std::string file_ = GetParam().make(records());
};

INSTANTIATE_TEST_SUITE_P(Shapes, DamagedWarc,
                         testing::Values(Shape{"Plain", plain}, Shape{"Members", members},
                                         Shape{"OneMember", oneMember}),
                         [](const auto& test) { return test.param.name; });

TEST_P(DamagedWarc, CutAnywhereGivesWholePagesAndAnError) {
  const std::map<std::string, std::string> pages{{"url:http://h/first", "first"},
                                                 {"url:http://h/second", "second"},
                                                 {"url:http://h/third", "third"}};
  ASSERT_EQ(readAll(file_).entries.size(), pages.size());
  int clean_ends = 0;
  for (std::size_t size = 0; size < file_.size(); ++size) {
    const Read read = readAll(std::string_view(file_).substr(0, size));
    for (const EntryPtr& entry : read.entries) {
      EXPECT_EQ(entry->body(), pages.at(std::string(entry->key()))) << "cut at " << size;
    }
    EXPECT_LT(read.entries.size(), pages.size()) << "cut at " << size;
    EXPECT_EQ(read.counts.damaged, 0u) << "cut at " << size;
    if (read.error.empty()) ++clean_ends;
  }
  // Between records nothing tells that there were more of them.
  EXPECT_LE(clean_ends, 3);
}

TEST_P(DamagedWarc, ChangedInAnyByteGivesNoOtherPage) {
  const std::vector<std::string> bodies{"first", "second", "third"};
  std::string file = file_;
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (const int bit : {0x01, 0x20, 0x80}) {
      file[at] = static_cast<char>(file[at] ^ bit);
      for (const EntryPtr& entry : readAll(file).entries) {
        EXPECT_THAT(bodies, testing::Contains(std::string(entry->body())))
            << "byte " << at << " bit " << bit;
      }
      file[at] = static_cast<char>(file[at] ^ bit);
    }
  }
}

TEST(WarcDamage, NamesTheByteWhereAPlainFileCannotBeFollowed) {
  const std::string good = page("http://h/", "page");
  const std::string at = "f: byte " + std::to_string(good.size()) + ": ";
  EXPECT_EQ(readAll(good + "x").error, at + "the record header is cut off");
  EXPECT_EQ(readAll(good + "HTTP/1.1\r\n").error, at + "no WARC record begins here");
  EXPECT_EQ(readAll(good + "WARC/2.0\r\n").error,
            at + "the version of WARC is neither 1.0 nor 1.1");
  EXPECT_EQ(readAll(good + "WARC/1.1\r\nA\r\n").error,
            at + "the record header has a line without a colon");
  EXPECT_EQ(readAll(good + "WARC/1.1\r\n A: b\r\n").error,
            at + "the record header begins with a blank");
  EXPECT_EQ(readAll(good + "WARC/1.1\r\nA: b\r\n\r\n").error,
            at + "the record has no valid Content-Length");
  EXPECT_EQ(readAll(good + good.substr(0, good.size() - 5)).error, at + "the record is cut off");
  EXPECT_EQ(readAll(good + good.substr(0, good.size() - 1)).error,
            at + "no empty line ends the record");
}

TEST(WarcDamage, NamesTheByteWhereAGzipFileCannotBeFollowed) {
  const std::string good = gzipped(page("http://h/", "page"));
  EXPECT_THAT(readAll(good + good.substr(0, 40)).error,
              HasSubstr("f: byte " + std::to_string(good.size() + 40) +
                        ": the file ends within a gzip member"));
  EXPECT_THAT(readAll(good + "and more").error, HasSubstr(": damaged gzip data"));
  std::string wrong_sum = good;
  wrong_sum[wrong_sum.size() - 8] = static_cast<char>(~wrong_sum[wrong_sum.size() - 8]);
  const Read read = readAll(wrong_sum);
  EXPECT_TRUE(read.entries.empty());
  EXPECT_THAT(read.error, HasSubstr(": damaged gzip data"));
}

TEST(WarcDamage, GoesOnWithTheNextGzipMember) {
  const std::string good = page("http://h/good", "page");
  std::string longer = page("http://h/longer", "page");
  longer.replace(longer.find("Content-Length: "), 17, "Content-Length: 9");
  const std::string file = gzipped(warcinfo()) + gzipped("no record") + gzipped(longer) +
                           gzipped(good.substr(0, good.size() - 2)) + gzipped(good);
  const Read read = readAll(file);
  EXPECT_EQ(read.error, "");
  EXPECT_THAT(read.keys(), ElementsAre("url:http://h/good"));
  EXPECT_EQ(read.counts.damaged, 3u);
  EXPECT_EQ(read.counts.first_problem, "byte " + std::to_string(gzipped(warcinfo()).size()) +
                                           ": the record header is cut off");
}

TEST(WarcDamage, IsNotPassedOverWhereOneMemberHoldsAll) {
  EXPECT_EQ(readAll(gzipped("no record" + page("http://h/", "page"))).error,
            "f: byte 0: no WARC record begins here");
}

TEST(WarcDamage, AFileWithoutARecordIsNone) {
  EXPECT_EQ(readAll("").error, "f: byte 0: the file is empty");
  EXPECT_EQ(readAll("\r\n\r\n").error, "f: byte 0: no WARC record begins here");
  EXPECT_EQ(readAll(gzipped("")).error, "f: byte 0: no WARC record begins here");
}

TEST(WarcDamage, ALengthIsBelievedWhenItsBytesAreThere) {
  for (const char* length : {"18446744073709551615", "9223372036854775807", "66000000"}) {
    const Read read = readAll(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://h/\r\n"
        "Content-Length: " +
        std::string(length) + "\r\n\r\nHTTP/1.1 200 OK");
    EXPECT_EQ(read.error, "f: byte 0: the record is cut off");
  }
  for (const char* length : {"-1", "18446744073709551616", "0x10", "1 2", ""}) {
    const Read read = readAll("WARC/1.1\r\nContent-Length: " + std::string(length) + "\r\n\r\n");
    EXPECT_EQ(read.error, "f: byte 0: the record has no valid Content-Length") << length;
  }
}

TEST(WarcDamage, AHeaderWithoutAnEndIsRefused) {
  std::string file = "WARC/1.1\r\n";
  while (file.size() < 1u << 20) file += "A: b\r\n";
  EXPECT_EQ(readAll(file).error, "f: byte 0: the record header is too long");
  EXPECT_EQ(readAll(std::string(1u << 20, 'x')).error, "f: byte 0: the record header is too long");
}

/// A gzip member of more than a GiB of zeros after `start`, out of one deflated piece.
std::string bomb(std::string_view start) {
  constexpr std::size_t kPiece = 1u << 20;
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string file;
  const auto add = [&](std::string_view bytes) {
    std::string out(kPiece, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FULL_FLUSH);
    out.resize(out.size() - stream.avail_out);
    return out;
  };
  file += add(start);
  const std::string piece = add(std::string(kPiece, '\0'));
  deflateEnd(&stream);
  for (int i = 0; i < 1100; ++i) file += piece;
  return file;
}

TEST(WarcDamage, WhatInflatesOutOfProportionIsRefused) {
  const std::string record =
      "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://h/\r\nContent-Length: "
      "1000000000000\r\n\r\n";
  EXPECT_THAT(readAll(bomb(record)).error, HasSubstr("inflates to more than 200 times its size"));
}

}  // namespace
}  // namespace forage::warc::test
