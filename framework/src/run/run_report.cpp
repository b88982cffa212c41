#include "run/run_report.h"

#include <sys/resource.h>

#include <cstddef>
#include <cstdint>

namespace forage::run {

namespace {

Totals totalsOf(const GroupMetrics& metrics) {
  const auto count = [&](Outcome outcome) { return metrics.outcome(outcome).value(); };
  Totals totals;
  totals.hit = count(Outcome::kHit);
  totals.revalidated = count(Outcome::kRevalidated);
  totals.stale = count(Outcome::kStale);
  totals.joined = count(Outcome::kJoined);
  totals.fetched = count(Outcome::kFetched);
  totals.failed = count(Outcome::kFailed);
  totals.blocked = count(Outcome::kBlocked);
  totals.urls = metrics.urls();
  totals.requests = metrics.requests.value();
  totals.bytes = metrics.bytes.value();
  return totals;
}

void addTo(Totals& sum, const Totals& one) noexcept {
  sum.urls += one.urls;
  sum.hit += one.hit;
  sum.revalidated += one.revalidated;
  sum.stale += one.stale;
  sum.joined += one.joined;
  sum.fetched += one.fetched;
  sum.failed += one.failed;
  sum.blocked += one.blocked;
  sum.requests += one.requests;
  sum.bytes += one.bytes;
}

CacheReport cacheReport(const Job& job, const RunParts& parts, const Metrics& counters,
                        const store::GuardedCache& cache) {
  CacheReport report;
  report.plugin = job.cache.plugin.name;
  report.fallback = parts.fallback && job.cache.fallback ? job.cache.fallback->name : "";
  report.degraded_seconds = cache.degradedSeconds();
  report.errors = counters.cache_errors.value();
  report.stores = counters.stores.value();
  report.stores_fallback = counters.stores_fallback.value();
  report.stores_lost = counters.stores_lost.value();
  report.erasures_lost = counters.erasures_lost.value();
  report.written_back = counters.written_back.value();
  report.stores_refused = counters.stores_refused.value();
  report.lease_waits = counters.lease_waits.value();
  report.stats = parts.cache->stats();
  return report;
}

std::uint64_t peakMemory() noexcept {
  rusage usage{};
  return ::getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<std::uint64_t>(usage.ru_maxrss) * 1024
                                               : 0;
}

}  // namespace

Report makeReport(const Job& job, const RunParts& parts, const Metrics& counters,
                  const std::deque<GroupMetrics>& groups, const visit::Delivery& delivery,
                  const store::GuardedCache& cache) {
  Report report;
  report.job = job.name;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    report.groups.push_back({job.groups[i].name, totalsOf(groups[i])});
    addTo(report.totals, report.groups.back().totals);
  }
  delivery.reportErrors(report);
  report.retries = counters.retries.value();
  report.cache = cacheReport(job, parts, counters, cache);
  report.peak_memory_bytes = peakMemory();
  return report;
}

}  // namespace forage::run
