#include "run/gate.h"

namespace forage::run {

using visit::Trip;

namespace {

/// The slot is there: whatever happens now, the trip is to be fetched or cancelled.
void fetchNow(GroupRun& group, Trip& trip) noexcept {
  ++group.in_flight;
  trip.fetching = true;
}

}  // namespace

bool Gate::enter(GroupRun& group, Trip& trip) {
  const std::string_view host = trip.url.authority();
  auto line = group.lines.empty() ? group.lines.end() : group.lines.find(host);
  if (line == group.lines.end()) {
    const bool has_place = group.hasPlace();
    if (has_place && hosts_.acquire(host, home_, &group)) {
      fetchNow(group, trip);
      return true;
    }
    line = group.lines.try_emplace(std::string(host)).first;
    line->second.places = has_place ? 1 : 0;
  }
  line->second.trips.push_back(&trip);
  group.park(metrics_);
  queueUp(group, *line);
  remember(group, *line);
  return false;
}

void Gate::granted(GroupRun& group, const std::string& host, bool wants) {
  const auto line = group.lines.find(host);
  --line->second.places;
  if (!wants) {
    hosts_.release(host, {visit::FetchEnd::Kind::kUnused});
    remember(group, *line);
    return;
  }
  letFirstOut(group, line->second);
  (void)serve(group, host);
}

bool Gate::serveFirstDeclined(GroupRun& group) {
  const std::string host = std::move(group.declined.front());
  group.declined.pop_front();
  const auto line = group.lines.find(host);
  if (line == group.lines.end()) return false;
  line->second.declined = false;
  return serve(group, host);
}

bool Gate::serve(GroupRun& group, std::string_view host) {
  const auto line = group.lines.find(host);
  if (line == group.lines.end()) return false;
  queueUp(group, *line);
  remember(group, *line);
  if (line->second.trips.empty() && !line->second.declined) group.lines.erase(line);
  return true;
}

/// Has the group wait for as many slots as it could use: a place in the budget's line for each trip
/// that waits, within what may be in flight.
void Gate::queueUp(GroupRun& group, HostEntry& entry) {
  auto& [host, line] = entry;
  while (line.places < line.trips.size() && group.in_flight + line.places < group.parallel_max) {
    if (hosts_.acquire(host, home_, &group)) {
      letFirstOut(group, line);
    } else {
      ++line.places;
    }
  }
}

/// What waits without a place in line is served when the group can use one.
void Gate::remember(GroupRun& group, HostEntry& entry) {
  auto& [host, line] = entry;
  if (line.trips.empty() || line.places > 0 || line.declined) return;
  line.declined = true;
  group.declined.push_back(host);
}

void Gate::letFirstOut(GroupRun& group, GroupRun::HostLine& line) {
  Trip& trip = *line.trips.front();
  line.trips.pop_front();
  group.unpark(metrics_);
  fetchNow(group, trip);
  out_.push_back(&trip);
}

std::vector<Trip*> Gate::clear(GroupRun& group) {
  std::vector<Trip*> waiting;
  for (auto& [host, line] : group.lines) {
    waiting.insert(waiting.end(), line.trips.begin(), line.trips.end());
  }
  group.unpark(metrics_, waiting.size());
  group.lines.clear();
  return waiting;
}

}  // namespace forage::run
