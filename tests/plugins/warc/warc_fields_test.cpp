// Dates, digests and the fields of our own.
#include <gtest/gtest.h>

#include <string>

#include "conformance/entries.h"
#include "warc/digest.h"
#include "warc/entry_fields.h"
#include "warc/warc_date.h"

namespace forage::warc {
namespace {

WallTime at(std::int64_t milliseconds) { return WallTime(Millis(milliseconds)); }

TEST(WarcDate, IsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(formatDate(at(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(formatDate(at(1'714'566'896'789)), "2024-05-01T12:34:56.789Z");
  EXPECT_EQ(formatDate(at(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(WarcDate, StaysWithinFourDigitsOfYears) {
  EXPECT_EQ(formatDate(WallTime::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(formatDate(WallTime::min()), "0000-01-01T00:00:00.000Z");
}

TEST(WarcDate, IsReadInEveryPrecision) {
  EXPECT_EQ(parseDate("2024-05-01T12:34:56.789Z"), at(1'714'566'896'789));
  EXPECT_EQ(parseDate("2024-05-01T12:34:56.789999999Z"), at(1'714'566'896'789));
  EXPECT_EQ(parseDate("2024-05-01T12:34:56.7Z"), at(1'714'566'896'700));
  EXPECT_EQ(parseDate("2024-05-01T12:34:56Z"), at(1'714'566'896'000));
  EXPECT_EQ(parseDate("2024-05-01T12:34Z"), at(1'714'566'840'000));
  EXPECT_EQ(parseDate("2024-05-01"), at(1'714'521'600'000));
  EXPECT_EQ(parseDate("2024-05"), at(1'714'521'600'000));
  EXPECT_EQ(parseDate("2024"), at(1'704'067'200'000));
}

TEST(WarcDate, IsRefusedInEveryOtherForm) {
  for (const char* text :
       {"", "2024-5-1", "2024-13", "2024-02-30", "2024-05-01T12", "2024-05-01T12:34:56",
        "2024-05-01T12:34:56.Z", "2024-05-01T24:00Z", "2024-05-01T12:34:56+01:00", "20240501",
        "2024-05-01T12:34:56Zx", "-024", "2024-00-01", " 2024"}) {
    EXPECT_EQ(parseDate(text), std::nullopt) << text;
  }
}

TEST(WarcDigest, IsTheOneThatOthersWrite) {
  EXPECT_EQ(sha1Of({}), "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
  EXPECT_EQ(sha1Of({"ab", "c"}), sha1Of({"abc"}));
}

TEST(WarcDigest, IsCheckedInEveryFormThatOthersWrite) {
  for (const char* labelled :
       {"sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5", "SHA1:vgmt4nsha2awvor6evyxqugcnsonbwe5",
        "sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
        "sha-256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "sha256:XJ4BNP4PAHH6UQKBIDPF3LRCEOYAGYNDSYLXVHFUCD7WD4QACWWQ===="}) {
    EXPECT_EQ(hasDigest("abc", labelled), true) << labelled;
    EXPECT_EQ(hasDigest("abd", labelled), false) << labelled;
  }
}

TEST(WarcDigest, CannotBeCheckedWhereItIsOfAnotherKind) {
  for (const char* labelled : {"", "sha1", "md5:900150983cd24fb0d6963f7d28e17f72", "x:y"}) {
    EXPECT_EQ(hasDigest("abc", labelled), std::nullopt) << labelled;
  }
}

TEST(ForageKey, ComesBackWhateverBytesItHas) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& key :
       {all, std::string("url:http://h/a%20b#v"), std::string(" "), std::string()}) {
    const std::string text = encodeKey(key);
    EXPECT_EQ(text.find_first_of(std::string("\0\r\n\t ", 5)), std::string::npos);
    EXPECT_EQ(decodeKey(text), key);
  }
  EXPECT_EQ(encodeKey("url:http://h/?a=b"), "url:http://h/?a=b");
}

TEST(ForageKey, IsRefusedWhereItsEncodingIsDamaged) {
  for (const char* text : {"%", "%2", "a%zz", "%2f"}) EXPECT_EQ(decodeKey(text), std::nullopt);
}

TEST(ForageEntry, ComesBackWithTimesAndVariant) {
  const Entry entry("k", {}, at(1), at(-2), at(3), "de.gz-1");
  const std::string text = encodeEntryFields(entry);
  EXPECT_EQ(text, "requested=1, received=-2, expires=3, variant=de.gz-1");
  const std::optional<EntryFields> fields = decodeEntryFields(text);
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->requested, at(1));
  EXPECT_EQ(fields->received, at(-2));
  EXPECT_EQ(fields->expires, at(3));
  EXPECT_EQ(fields->variant, "de.gz-1");
}

TEST(ForageEntry, KnowsWhatNeverExpires) {
  const std::string text = encodeEntryFields(*conformance::makeEntry("k", "page"));
  EXPECT_TRUE(text.ends_with(", expires=never")) << text;
  EXPECT_EQ(decodeEntryFields(text)->expires, WallTime::max());
}

TEST(ForageEntry, PassesOverPartsOfLaterVersions) {
  EXPECT_EQ(decodeEntryFields("hits=7, received=5")->received, at(5));
}

TEST(ForageEntry, IsRefusedWhereItIsDamaged) {
  for (const char* text :
       {"", "received", "received=", "received=x", "received=1x", "expires=soon",
        "received=99999999999999999999", "variant=a b", "variant=a/b", "received=1, "}) {
    EXPECT_EQ(decodeEntryFields(text), std::nullopt) << text;
  }
}

TEST(UrlInKey, IsFoundBehindAnyPrefixAndWithoutTheVariant) {
  EXPECT_EQ(urlIn("url:http://h/a"), "http://h/a");
  EXPECT_EQ(urlIn("my cache/https://h/?u=http://x#v1"), "https://h/?u=http://x");
  EXPECT_EQ(urlIn("http://h/"), "http://h/");
  EXPECT_EQ(urlIn("url:sha256:0123"), "");
  EXPECT_EQ(urlIn(""), "");
}

}  // namespace
}  // namespace forage::warc
