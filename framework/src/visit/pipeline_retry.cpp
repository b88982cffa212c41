// A request that failed in passing is sent once more, later: step 7 back to step 6. Who waits for
// that holds no slot and no thread.
#include "http/retry_after.h"
#include "visit/asked.h"
#include "visit/pipeline.h"

namespace forage::visit {

namespace {

RetryOptions optionsOf(const FetchOptions& fetch) {
  return {fetch.retry, fetch.retry_delay, fetch.retry_max_time, fetch.retry_codes};
}

}  // namespace

Pipeline::Pipeline(const Services& services, FlightHome& home, RobotsHome& robots_home)
    : services_(services),
      home_(home),
      robots_home_(robots_home),
      retry_options_(optionsOf(services.job.fetch)),
      random_(std::random_device{}()) {}

/// True: the trip waits until retry_at. `response` is null where there was none.
bool Pipeline::isSentAgain(Trip& trip, const Response* response, ErrorKind failure) {
  if (retry_options_.retry == 0 || trip.delivered) return false;
  Attempt attempt;
  attempt.number = trip.attempts;
  attempt.failure = failure;
  attempt.repeatable = isRepeatable(trip.method());
  const TimePoint now = services_.clock.now();
  attempt.elapsed = std::chrono::duration_cast<Millis>(now - trip.first_attempt);
  if (response != nullptr) {
    attempt.status = response->status;
    attempt.retry_after = http::readRetryAfter(response->headers, services_.clock.wallNow());
  }
  const RetryDecision decision =
      decideRetry(retry_options_, attempt, std::uniform_real_distribution<>()(random_));
  if (!decision) return false;
  trip.retry_at = now + decision.delay;
  trip.decoded.reset();
  if (trip.asked != nullptr) prepareFields(trip, services_.request_headers);
  services_.metrics.retries.add();
  return true;
}

}  // namespace forage::visit
