#include "server_error.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "problem.h"

namespace forage::redis {
namespace {

TEST(ServerError, IsJudgedByItsFirstWord) {
  const std::pair<const char*, Verdict> table[] = {
      {"LOADING Redis is loading the dataset in memory", Verdict::kRetryLater},
      {"BUSY Redis is busy running a script.", Verdict::kRetryLater},
      {"TRYAGAIN Multiple keys request during rehashing of slot", Verdict::kRetryLater},
      {"CLUSTERDOWN The cluster is down", Verdict::kRetryLater},
      {"MASTERDOWN Link with MASTER is down", Verdict::kRetryLater},
      {"MISCONF Redis is configured to save RDB snapshots", Verdict::kRetryLater},
      {"NOREPLICAS Not enough good replicas to write.", Verdict::kRetryLater},
      {"READONLY You can't write against a read only replica.", Verdict::kReconnect},
      {"NOAUTH Authentication required.", Verdict::kNotAllowed},
      {"WRONGPASS invalid username-password pair or user is disabled.", Verdict::kNotAllowed},
      {"NOPERM this user has no permissions", Verdict::kNotAllowed},
      {"OOM command not allowed when used memory > 'maxmemory'.", Verdict::kOutOfMemory},
      {"WRONGTYPE Operation against a key", Verdict::kWrongType},
      {"ERR unknown command 'HELLO'", Verdict::kUnknown},
      {"ERR max request size exceeded. Limit: 10485760 bytes", Verdict::kTooLarge},
      {"ERR max single record size exceeded", Verdict::kOutOfMemory},
      {"ERR DB capacity quota exceeded", Verdict::kOutOfMemory},
      {"ERR syntax error", Verdict::kOther},
      {"OOMPH", Verdict::kOther},
      {"", Verdict::kOther},
  };
  for (const auto& [error, verdict] : table) {
    EXPECT_EQ(judge(error), verdict) << error;
    EXPECT_EQ(willLast(error), verdict == Verdict::kNotAllowed || verdict == Verdict::kUnknown);
  }
}

TEST(ServerError, IsExplainedWithItsCure) {
  EXPECT_NE(explain("NOAUTH Authentication required.").find("password"), std::string::npos);
  EXPECT_NE(explain("WRONGPASS invalid").find("check"), std::string::npos);
  EXPECT_NE(explain("NOPERM no").find("GET SET UNLINK SCAN"), std::string::npos);
  EXPECT_NE(explain("NOPERM no", "allow PING").find(": allow PING (ACL"), std::string::npos);
  EXPECT_NE(explain("MOVED 3999 127.0.0.1:6381").find("cluster"), std::string::npos);
}

TEST(ServerError, IsOneShortPrintableLine) {
  const std::string text = explain("ERR a\r\nb\x1b[31m" + std::string(10'000, 'x'));
  EXPECT_LT(text.size(), 200U);
  for (const char c : text) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
}

TEST(ServerError, DoesNotRepeatArguments) {
  const std::string text =
      explain("ERR unknown command `HELLO`, with args beginning with: `2`, `AUTH`, `hunter2`, ");
  EXPECT_EQ(text, "ERR unknown command `HELLO`");
}

TEST(Problem, KeepsTheFirstErrorAndAnyWishToReconnect) {
  Problem problem;
  EXPECT_EQ(problem.text(), "");
  problem.note("LOADING wait");
  problem.note("READONLY no");
  EXPECT_EQ(problem.text(), "LOADING wait");
  EXPECT_TRUE(problem.wantsReconnect());
  EXPECT_FALSE(problem.lasts());
  problem.note("NOPERM no");
  EXPECT_TRUE(problem.lasts());
}

}  // namespace
}  // namespace forage::redis
