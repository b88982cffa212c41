// Heads: what is kept of them, in which form, and what their fields say of the framing.
#include "net/head_parser.h"

#include <gtest/gtest.h>

#include <cctype>
#include <optional>
#include <string>
#include <utility>

#include "forage/message.h"

namespace forage::net {
namespace {

/// The head of `bytes`, which come in pieces of `piece`; nothing if it fails or does not end.
std::optional<Head> parsedHead(std::string_view bytes, std::size_t piece) {
  HeadParser parser;
  parser.begin(64u << 10);
  while (!bytes.empty()) {
    std::string_view fed = bytes.substr(0, piece);
    const std::size_t given = fed.size();
    const Progress progress = parser.feed(fed);
    bytes.remove_prefix(given - fed.size());
    if (progress == Progress::kDone) return std::move(parser.head());
    if (progress == Progress::kFailed) return std::nullopt;
  }
  return std::nullopt;
}

TEST(HeadParser, KeepsFieldsInOneFormHoweverTheyCome) {
  const std::string bytes =
      "HTTP/1.1 200 All right\r\nServer: x\r\nA:b\r\nC:  d \t\r\nContent-Length: 7\nE:\r\nF: \r\n"
      "G: one\r\n\t two\t\r\n \r\n three\r\nH:\r\n i\r\nForage-Entry: v1\r\n and more\r\nJ: k\r\n"
      "\r\nbody";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const std::optional<Head> head = parsedHead(bytes, piece);
    ASSERT_TRUE(head) << piece;
    EXPECT_EQ(head->fields,
              "Server: x\r\nA: b\r\nC: d\r\nContent-Length: 7\r\nE: \r\nF: \r\n"
              "G: one two three\r\nH: i\r\nJ: k\r\n")
        << piece;
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->reason, "All right");
    EXPECT_EQ(head->framing.length, 7u);
  }
}

TEST(HeadParser, LeavesWhatComesAfterTheHead) {
  HeadParser parser;
  parser.begin(1'000);
  std::string_view bytes = "HTTP/1.0 204 \n\nrest";
  EXPECT_EQ(parser.feed(bytes), Progress::kDone);
  EXPECT_EQ(bytes, "rest");
  EXPECT_FALSE(parser.head().http11);
}

TEST(HeadParser, LimitsAllHeadsOfAResponseTogether) {
  const std::string interim = "HTTP/1.1 103 Early Hints\r\n\r\n";
  const std::string last = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
  for (const bool fits : {true, false}) {
    HeadParser parser;
    parser.begin(2 * interim.size() + last.size() - (fits ? 0 : 1));
    for (int i = 0; i < 2; ++i) {
      std::string_view bytes = interim;
      ASSERT_EQ(parser.feed(bytes), Progress::kDone);
      parser.beginNext();
    }
    std::string_view bytes = last;
    EXPECT_EQ(parser.feed(bytes), fits ? Progress::kDone : Progress::kFailed);
    EXPECT_EQ(parser.failure().kind, fits ? ErrorKind::kNone : ErrorKind::kTooLarge);
  }
}

TEST(HeadParser, RefusesABadFieldBeforeTheHeadEnds) {
  HeadParser parser;
  parser.begin(1'000);
  std::string_view bytes = "HTTP/1.1 200 OK\r\nContent-Length: -1\r\nX";
  EXPECT_EQ(parser.feed(bytes), Progress::kFailed);
  EXPECT_EQ(parser.failure().kind, ErrorKind::kProtocol);
}

TEST(KnownField, IsKnownInAnyCase) {
  const std::pair<std::string, KnownField> known[] = {
      {"Content-Length", KnownField::kContentLength},
      {"Transfer-Encoding", KnownField::kTransferEncoding},
      {"Connection", KnownField::kConnection},
      {"Forage-Entry", KnownField::kForageEntry}};
  for (const auto& [name, field] : known) {
    std::string changed = name;
    for (char& c : changed) {
      EXPECT_EQ(knownField(changed), field) << changed;
      if (std::isalpha(static_cast<unsigned char>(c)) != 0) c = static_cast<char>(c ^ 0x20);
    }
    EXPECT_EQ(knownField(changed), field) << changed;
  }
}

TEST(KnownField, IsNoOtherName) {
  for (const std::string name :
       {"Content-Length", "Transfer-Encoding", "Connection", "Forage-Entry"}) {
    EXPECT_EQ(knownField(name + "x"), KnownField::kNone);
    EXPECT_EQ(knownField(name.substr(1)), KnownField::kNone);
    for (std::size_t at = 0; at < name.size(); ++at) {
      for (int c = 0x21; c < 0x7f; ++c) {
        std::string changed = name;
        changed[at] = static_cast<char>(c);
        if (equalsIgnoreCase(changed, name)) continue;
        EXPECT_EQ(knownField(changed), KnownField::kNone) << changed;
      }
    }
  }
}

}  // namespace
}  // namespace forage::net
