// Rows of tables of answers: what is stored, what a request asks of it, and what it gets.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "http/answer.h"
#include "unit/http/rule_rows.h"

namespace forage::http::test {

inline const std::string kBody = "0123456789";

struct AnswerCase : Row {
  std::string method;
  Lines request;
  int status;
  std::string body;
  std::optional<std::string> range = std::nullopt;  // Content-Range
  Lines stored = {"ETag: \"x\"", "Content-Length: 10"};
  int stored_status = 200;
};

inline void expectAnswer(const AnswerCase& c) {
  const EntryPtr entry = test::stored(c.stored, c.stored_status, kBody);
  const EntryPtr answer = answerFrom(entry, c.method, fields(c.request), false);
  EXPECT_EQ(answer->status(), c.status);
  EXPECT_EQ(answer->body(), c.body);
  const auto range = answer->headers().find("Content-Range");
  EXPECT_EQ(range ? std::optional<std::string>(*range) : std::nullopt, c.range);
  if (c.status == 206) {
    EXPECT_EQ(answer->headers().find("Content-Length"), std::to_string(c.body.size()));
    EXPECT_EQ(answer->headers().count("Content-Length"), 1u);
    EXPECT_EQ(answer->headers().find("ETag"), entry->headers().find("ETag"));
  }
  const bool whole = c.method == "GET" && c.status == c.stored_status && c.body == kBody;
  EXPECT_EQ(answer == entry, whole) << "a hit copies nothing";
}

}  // namespace forage::http::test
