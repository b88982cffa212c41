// Entries for tests of caches, and their comparison.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "forage/entry.h"

namespace forage::conformance {

/// A response that says of itself which key and body it belongs to, so that a torn one shows.
inline EntryPtr makeEntry(const Key& key, std::string body, int status = 200) {
  Response response;
  response.status = status;
  response.reason = "OK";
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.headers.add("X-Size", std::to_string(body.size()));
  response.body = std::move(body);
  return std::make_shared<const Entry>(key, std::move(response),
                                       WallTime(Millis(1'699'999'999'001)),
                                       WallTime(Millis(1'699'999'999'502)), WallTime::max());
}

inline void expectSame(const EntryPtr& actual, const EntryPtr& expected) {
  ASSERT_NE(actual, nullptr) << "a miss where " << expected->key() << " should be";
  EXPECT_EQ(actual->key(), expected->key());
  EXPECT_EQ(actual->status(), expected->status());
  EXPECT_EQ(actual->reason(), expected->reason());
  EXPECT_EQ(actual->headers().block(), expected->headers().block());
  EXPECT_TRUE(actual->body() == expected->body()) << actual->body().size() << " bytes";
  EXPECT_EQ(actual->requested(), expected->requested());
  EXPECT_EQ(actual->received(), expected->received());
  EXPECT_EQ(actual->expires(), expected->expires());
}

}  // namespace forage::conformance
