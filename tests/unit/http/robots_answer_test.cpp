#include "http/robots_answer.h"

#include <gtest/gtest.h>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using test::Row;

struct StatusRow : Row {
  int status;
  RobotsVerdict verdict;
  bool leads_on = false;
  unsigned redirects = 0;
};

class RobotsStatus : public testing::TestWithParam<StatusRow> {};

TEST_P(RobotsStatus, Means) {
  const StatusRow& row = GetParam();
  EXPECT_EQ(verdictOfStatus(row.status, row.leads_on, row.redirects), row.verdict);
}

INSTANTIATE_TEST_SUITE_P(
    Answers, RobotsStatus,
    testing::Values(
        StatusRow{"Found", "RFC 9309, 2.3.1.1", 200, RobotsVerdict::kParse},
        StatusRow{"Empty", "RFC 9309, 2.3.1.1", 204, RobotsVerdict::kParse},
        StatusRow{"FirstRedirect", "RFC 9309, 2.3.1.2", 301, RobotsVerdict::kFollow, true, 0},
        StatusRow{"FifthRedirect", "RFC 9309, 2.3.1.2", 307, RobotsVerdict::kFollow, true, 4},
        StatusRow{"SixthRedirect", "RFC 9309, 2.3.1.2", 302, RobotsVerdict::kAllowAll, true, 5},
        StatusRow{"LeadsNowhere", "RFC 9309, 2.3.1.2", 302, RobotsVerdict::kAllowAll},
        StatusRow{"NotFound", "RFC 9309, 2.3.1.3", 404, RobotsVerdict::kAllowAll},
        StatusRow{"Unauthorised", "RFC 9309, 2.3.1.3", 401, RobotsVerdict::kAllowAll},
        StatusRow{"Forbidden", "RFC 9309, 2.3.1.3", 403, RobotsVerdict::kAllowAll},
        StatusRow{"LastOfTheClient", "RFC 9309, 2.3.1.3", 499, RobotsVerdict::kAllowAll},
        StatusRow{"TooMany", "RFC 6585, 4", 429, RobotsVerdict::kDisallowAll},
        StatusRow{"ServerError", "RFC 9309, 2.3.1.4", 500, RobotsVerdict::kDisallowAll},
        StatusRow{"Unavailable", "RFC 9309, 2.3.1.4", 503, RobotsVerdict::kDisallowAll},
        StatusRow{"NoFinalStatus", "RFC 9110, 15.2", 103, RobotsVerdict::kDisallowAll},
        StatusRow{"UnknownClass", "RFC 9110, 15", 600, RobotsVerdict::kDisallowAll}),
    test::rowName<StatusRow>);

struct FailureRow : Row {
  ErrorKind failure;
  RobotsVerdict verdict;
};

class RobotsFailure : public testing::TestWithParam<FailureRow> {};

TEST_P(RobotsFailure, Means) {
  EXPECT_EQ(verdictOfFailure(GetParam().failure), GetParam().verdict);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, RobotsFailure,
    testing::Values(
        FailureRow{"Resolve", "RFC 9309, 2.3.1.4", ErrorKind::kResolve,
                   RobotsVerdict::kDisallowAll},
        FailureRow{"Connect", "RFC 9309, 2.3.1.4", ErrorKind::kConnect,
                   RobotsVerdict::kDisallowAll},
        FailureRow{"Timeout", "RFC 9309, 2.3.1.4", ErrorKind::kTimeout,
                   RobotsVerdict::kDisallowAll},
        FailureRow{"Tls", "RFC 9309, 2.3.1.4", ErrorKind::kTls, RobotsVerdict::kDisallowAll},
        FailureRow{"Truncated", "RFC 9309, 2.3.1.4", ErrorKind::kTruncated,
                   RobotsVerdict::kDisallowAll},
        FailureRow{"Protocol", "RFC 9309, 2.3.1.4", ErrorKind::kProtocol,
                   RobotsVerdict::kDisallowAll},
        FailureRow{"TooLarge", "RFC 9309, 2.5", ErrorKind::kTooLarge, RobotsVerdict::kDisallowAll},
        FailureRow{"Cancelled", "RFC 9309, 2.3.1.4", ErrorKind::kCancelled,
                   RobotsVerdict::kDisallowAll},
        FailureRow{"Redirects", "RFC 9309, 2.3.1.2", ErrorKind::kRedirect,
                   RobotsVerdict::kAllowAll},
        FailureRow{"RedirectToNoUrl", "RFC 9309, 2.3.1.2", ErrorKind::kUrl,
                   RobotsVerdict::kAllowAll},
        FailureRow{"Offline", "RFC 9309, 2.4", ErrorKind::kOffline, RobotsVerdict::kAllowAll}),
    test::rowName<FailureRow>);

// Section 2.4.
TEST(RobotsVerdict, HoldsForADayAtMost) {
  for (const auto verdict : {RobotsVerdict::kParse, RobotsVerdict::kFollow,
                             RobotsVerdict::kAllowAll, RobotsVerdict::kDisallowAll}) {
    EXPECT_LE(lifetimeOf(verdict), std::chrono::hours(24));
  }
  EXPECT_LT(lifetimeOf(RobotsVerdict::kDisallowAll), lifetimeOf(RobotsVerdict::kParse));
}

}  // namespace
}  // namespace forage::http
