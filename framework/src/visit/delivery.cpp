#include "visit/delivery.h"

#include <string>
#include <utility>

#include "forage/config.h"

namespace forage::visit {

void Delivery::deliver(Visit&& visit, GroupMetrics& group) {
  count(visit.outcome, group);
  if (!visit.succeeded()) remember(visit);
  if (observer_ != nullptr) observer_->visited(visit);
  if (sinks_.wanted()) sinks_.push(std::move(visit));
}

void Delivery::remember(const Visit& visit) {
  const std::lock_guard lock(mutex_);
  ++error_count_;
  const ExitCode code = exitCodeOf(visit.failure.kind, visit.status());
  exit_code_ = worse(exit_code_, code);
  if (errors_.size() >= Report::kMaxErrors) return;
  errors_.push_back({redacted(visit.url), std::string(visit.group), visit.failure.kind,
                     visit.status(), visit.failure.message});
}

void Delivery::reportErrors(Report& report) const {
  const std::lock_guard lock(mutex_);
  report.error_count = error_count_;
  report.errors = errors_;
  report.exit_code = exit_code_;
}

}  // namespace forage::visit
