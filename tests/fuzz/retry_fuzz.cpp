// Fuzz target: no Retry-After, and no other number, makes us wait longer than our bounds or start
// earlier than we were asked to. The first bytes are numbers, the rest is a block of fields.
#include <algorithm>
#include <cstring>
#include <optional>

#include "fuzz/fuzz.h"
#include "http/retry_after.h"
#include "visit/retry_policy.h"

namespace {

using forage::Millis;
using forage::WallTime;
using forage::fuzz::expect;
using forage::visit::Attempt;
using forage::visit::RetryOptions;

struct Numbers {
  std::int64_t now;
  std::int64_t delay;
  std::int64_t max_time;
  std::int64_t elapsed;
  std::uint32_t number;
  std::uint32_t retry;
  std::uint16_t status;
  std::uint8_t failure;
  std::uint8_t chance;
};

void checkDecision(const Numbers& numbers, std::optional<Millis> retry_after) {
  RetryOptions options;
  options.retry = numbers.retry;
  options.retry_delay = Millis(numbers.delay);
  options.retry_max_time = Millis(numbers.max_time);
  Attempt attempt;
  attempt.number = numbers.number;
  attempt.status = numbers.status;
  attempt.failure = static_cast<forage::ErrorKind>(numbers.failure % 15);
  attempt.repeatable = numbers.failure < 128;
  attempt.retry_after = retry_after;
  attempt.elapsed = Millis(numbers.elapsed);
  const auto decision = decideRetry(options, attempt, numbers.chance / 255.0);
  if (!decision) {
    expect(decision.delay == Millis(0), "no delay before nothing");
    return;
  }
  expect(numbers.number <= numbers.retry, "no more requests than allowed");
  expect(decision.delay >= Millis(0), "time goes on");
  expect(decision.delay <= forage::visit::kLongestRetryDelay, "a wait is bounded");
  expect(decision.delay >= retry_after.value_or(Millis(0)), "Retry-After is obeyed");
  expect(numbers.max_time <= 0 || attempt.elapsed <= options.retry_max_time - decision.delay,
         "no request begins too late");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Numbers numbers{};
  std::memcpy(&numbers, data, std::min(size, sizeof numbers));
  numbers.elapsed &= INT64_MAX;  // since the first request began
  const std::size_t begin = std::min(size, sizeof numbers);
  const forage::HeadersView fields(forage::fuzz::textOf(data + begin, size - begin));
  for (const WallTime now : {WallTime(Millis(numbers.now)), WallTime(Millis(1'781'524'800'000))}) {
    const std::optional<Millis> wait = forage::http::readRetryAfter(fields, now);
    expect(!wait || *wait >= Millis(0), "a wait is not negative");
    expect(!wait || *wait <= forage::http::kLongestRetryAfter, "a wait is bounded");
    expect(!wait || fields.find("Retry-After"), "a wait was asked for");
    checkDecision(numbers, wait);
  }
  return 0;
}
