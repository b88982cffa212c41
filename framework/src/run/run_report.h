// What a run has come to, from its counters.
#pragma once

#include <deque>

#include "forage/job.h"
#include "forage/metrics.h"
#include "forage/report.h"
#include "forage/runner.h"
#include "store/guarded_cache.h"
#include "visit/delivery.h"

namespace forage::run {

/// All of a report but how long the run has taken and whether it was interrupted. REQUIRES: the run
/// has ended; `groups` are those of the job, in its order.
[[nodiscard]] Report makeReport(const Job& job, const RunParts& parts, const Metrics& counters,
                                const std::deque<GroupMetrics>& groups,
                                const visit::Delivery& delivery, const store::GuardedCache& cache);

}  // namespace forage::run
