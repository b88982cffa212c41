#include "visit/retry_policy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>

namespace forage::visit {
namespace {

using namespace std::chrono_literals;

struct Case {
  const char* name;
  const char* source;
  Attempt attempt;
  NoRetry reason;
  Millis delay{0};  ///< with chance 1
  RetryOptions options{};
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
  return out << one.name << " (" << one.source << ")";
}

class Retry : public testing::TestWithParam<Case> {};

TEST_P(Retry, IsDecided) {
  const RetryDecision decision = decideRetry(GetParam().options, GetParam().attempt, 1.0);
  EXPECT_EQ(decision.reason, GetParam().reason);
  EXPECT_EQ(decision.delay, GetParam().delay);
}

std::string caseName(const testing::TestParamInfo<Case>& one) { return one.param.name; }

Attempt status(int code, std::optional<Millis> retry_after = {}) {
  return {.status = code, .retry_after = retry_after};
}
Attempt failed(ErrorKind kind) { return {.failure = kind}; }
RetryOptions times(unsigned retry) { return {.retry = retry}; }

INSTANTIATE_TEST_SUITE_P(
    Statuses, Retry,
    testing::Values(Case{"Found", "RFC 9110, 15.3.1", status(200), NoRetry::kFinal},
                    Case{"NotFound", "RFC 9110, 15.5.5", status(404), NoRetry::kFinal},
                    Case{"RequestTimeout", "curl --retry", status(408), NoRetry::kRetry, 1s},
                    Case{"TooMany", "curl --retry", status(429), NoRetry::kRetry, 1s},
                    Case{"ServerError", "curl --retry", status(500), NoRetry::kRetry, 1s},
                    Case{"NotImplemented", "curl --retry", status(501), NoRetry::kFinal},
                    Case{"BadGateway", "curl --retry", status(502), NoRetry::kRetry, 1s},
                    Case{"Unavailable", "curl --retry", status(503), NoRetry::kRetry, 1s},
                    Case{"GatewayTimeout", "curl --retry", status(504), NoRetry::kRetry, 1s},
                    Case{"OriginTimedOut", "curl --retry", status(522), NoRetry::kRetry, 1s},
                    Case{"OriginSlow", "curl --retry", status(524), NoRetry::kRetry, 1s},
                    Case{"CodesOfTheJob", "retry_codes", status(418), NoRetry::kRetry, 1s,
                         RetryOptions{.retry_codes = {418}}},
                    Case{"NoCodes", "retry_codes", status(503), NoRetry::kFinal, 0s,
                         RetryOptions{.retry_codes = {}}}),
    caseName);

INSTANTIATE_TEST_SUITE_P(
    Failures, Retry,
    testing::Values(
        Case{"Resolve", "curl --retry", failed(ErrorKind::kResolve), NoRetry::kRetry, 1s},
        Case{"Connect", "curl --retry-connrefused", failed(ErrorKind::kConnect), NoRetry::kRetry,
             1s},
        Case{"Timeout", "curl --retry", failed(ErrorKind::kTimeout), NoRetry::kRetry, 1s},
        Case{"Truncated", "RFC 9112, 9.3.1", failed(ErrorKind::kTruncated), NoRetry::kRetry, 1s},
        Case{"Tls", "RFC 9110, 4.3.4", failed(ErrorKind::kTls), NoRetry::kFinal},
        Case{"Protocol", "curl --retry", failed(ErrorKind::kProtocol), NoRetry::kFinal},
        Case{"TooLarge", "curl --retry", failed(ErrorKind::kTooLarge), NoRetry::kFinal},
        Case{"Redirect", "curl --retry", failed(ErrorKind::kRedirect), NoRetry::kFinal},
        Case{"Robots", "RFC 9309, 2.2", failed(ErrorKind::kRobots), NoRetry::kFinal},
        Case{"Offline", "RFC 9111, 5.2.1.7", failed(ErrorKind::kOffline), NoRetry::kFinal},
        Case{"Cancelled", "curl --retry", failed(ErrorKind::kCancelled), NoRetry::kFinal},
        Case{"StatusAsAFailure", "curl --retry",
             Attempt{.status = 503, .failure = ErrorKind::kStatus}, NoRetry::kRetry, 1s}),
    caseName);

INSTANTIATE_TEST_SUITE_P(
    Methods, Retry,
    testing::Values(
        Case{"LostAnswer", "RFC 9110, 9.2.2",
             Attempt{.failure = ErrorKind::kTruncated, .repeatable = false}, NoRetry::kMethod},
        Case{"LostConnection", "RFC 9110, 9.2.2",
             Attempt{.failure = ErrorKind::kConnect, .repeatable = false}, NoRetry::kMethod},
        Case{"ServerError", "RFC 9110, 9.2.2", Attempt{.status = 503, .repeatable = false},
             NoRetry::kMethod},
        Case{"NeverSent", "RFC 9110, 9.2.2",
             Attempt{.failure = ErrorKind::kResolve, .repeatable = false}, NoRetry::kRetry, 1s}),
    caseName);

INSTANTIATE_TEST_SUITE_P(
    Times, Retry,
    testing::Values(
        Case{"Off", "curl --retry", status(503), NoRetry::kAttempts, 0s, times(0)},
        Case{"Last", "curl --retry", Attempt{.number = 2, .status = 503}, NoRetry::kRetry, 2s},
        Case{"UsedUp", "curl --retry", Attempt{.number = 3, .status = 503}, NoRetry::kAttempts},
        Case{"Doubled", "curl --retry", Attempt{.number = 5, .status = 503}, NoRetry::kRetry, 16s,
             times(9)},
        Case{"BeforeTenMinutes", "curl --retry", Attempt{.number = 10, .status = 503},
             NoRetry::kRetry, 512s, times(99)},
        Case{"TenMinutes", "curl --retry", Attempt{.number = 11, .status = 503}, NoRetry::kRetry,
             600s, times(99)},
        Case{"Many", "curl --retry", Attempt{.number = 4'000'000'000, .status = 503},
             NoRetry::kRetry, 600s, times(4'294'967'295)},
        Case{"DelayOfTheJob", "retry_delay", Attempt{.number = 2, .status = 503}, NoRetry::kRetry,
             200ms, RetryOptions{.retry_delay = 100ms}},
        Case{"NoDelay", "retry_delay", Attempt{.number = 2, .status = 503}, NoRetry::kRetry, 0s,
             RetryOptions{.retry_delay = 0s}},
        Case{"HugeDelay", "retry_delay", status(503), NoRetry::kRetry, 600s,
             RetryOptions{.retry_delay = kForever}},
        Case{"AskedFor", "RFC 9110, 10.2.3", status(503, 7s), NoRetry::kRetry, 7s},
        Case{"AskedForLess", "RFC 9110, 10.2.3", status(503, 0s), NoRetry::kRetry, 1s},
        Case{"AskedForTenMinutes", "RFC 9110, 10.2.3", status(429, 600s), NoRetry::kRetry, 600s},
        Case{"AskedForTooLong", "RFC 9110, 10.2.3", status(429, 601s), NoRetry::kTooLong},
        Case{"InTime", "curl --retry-max-time", Attempt{.status = 503, .elapsed = 9s},
             NoRetry::kRetry, 1s, RetryOptions{.retry_max_time = 10s}},
        Case{"OutOfTime", "curl --retry-max-time", Attempt{.status = 503, .elapsed = 9'001ms},
             NoRetry::kTime, 0s, RetryOptions{.retry_max_time = 10s}},
        Case{"AskedForMoreThanIsLeft", "curl --retry-max-time",
             Attempt{.status = 503, .retry_after = 11s, .elapsed = 0s}, NoRetry::kTime, 0s,
             RetryOptions{.retry_max_time = 10s}}),
    caseName);

TEST(RetryDelay, IsDrawnFromNothingToTheWhole) {
  const Attempt attempt{.number = 2, .status = 503};
  EXPECT_EQ(decideRetry({}, attempt, 0.0).delay, 0ms);
  EXPECT_EQ(decideRetry({}, attempt, 0.25).delay, 500ms);
  EXPECT_EQ(decideRetry({}, attempt, 1.0).delay, 2s);
  const Attempt told{.number = 2, .status = 503, .retry_after = 1s};
  EXPECT_EQ(decideRetry({}, told, 0.0).delay, 1s);
  EXPECT_EQ(decideRetry({}, told, 0.75).delay, 1'500ms);
}

// RFC 9110, section 9.2.2.
TEST(RetryMethod, IsRepeatableWhereItIsIdempotent) {
  for (const char* method : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
    EXPECT_TRUE(isRepeatable(method)) << method;
  }
  for (const char* method : {"POST", "PATCH", "CONNECT", "get", "QUERY?", ""}) {
    EXPECT_FALSE(isRepeatable(method)) << method;
  }
}

}  // namespace
}  // namespace forage::visit
