#include "run/rehearsal.h"

#include <utility>

#include "run/client_certificate.h"
#include "run/request_headers.h"

namespace forage::run {

Rehearsal::Rehearsal(const Job& job, Cache& cache, const Clock& clock, const GroupSpec* group)
    : read_(cache),
      request_headers_(requestHeaders(job)),
      rules_(job, request_headers_, clientCertificate(job)),
      cache_(
          *this, nullptr, clock, metrics_, {job.cache.retry_period, job.cache.plugin.name},
          [](std::string_view) {}, [](const CacheError&) {}),
      hosts_(job.fetch.parallel_max_host, {}, clock, *this),
      sinks_({}, [](const std::exception_ptr&) {}),
      delivery_(metrics_, sinks_, this),
      services_{job,          clock,         metrics_, cache_,    nullptr,          flights_,
                known_parts_, changed_urls_, hosts_,   delivery_, request_headers_, rules_,
                nullptr,      nullptr,       this},
      pipeline_(services_, *this, *this) {
  group_.metrics = &group_metrics_;
  if (group != nullptr) {
    group_.name = group->name;
    group_.expire_after = group->expire_after;
  }
  trip_.group = &group_;
}

void Rehearsal::play(const Url& url, std::unique_ptr<visit::Asked> asked) {
  trip_.url = url;
  trip_.asked = std::move(asked);
  // It is alone, and its cache answers in place: there is nothing that it could wait for.
  sends_ = pipeline_.begin(trip_) == visit::Next::kFetch &&
           pipeline_.passGate(trip_) == visit::Next::kFetch;
  if (failure_) std::rethrow_exception(failure_);
  if (sends_) pipeline_.fetching(trip_);
}

void Rehearsal::find(std::span<const Key> keys, std::span<EntryPtr> found) {
  try {
    read_.find(keys, found);
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    look_ups_.push_back({trip_.redirects, keys[i], found[i]});
  }
}

}  // namespace forage::run
