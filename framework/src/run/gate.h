// Where trips wait for a slot of their host: a line for each host and group, and no thread waits.
// They come through when there is a slot and their group has a place. One for each group loop; used
// by its thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forage/metrics.h"
#include "run/group_run.h"
#include "visit/host_budget.h"
#include "visit/trip.h"

namespace forage::run {

class Gate {
 public:
  /// All outlive the gate. `home` is told of slots that come later.
  Gate(visit::HostBudget& hosts, Metrics& metrics, visit::SlotHome& home) noexcept
      : hosts_(hosts), metrics_(metrics), home_(home) {}

  /// True: the trip is let through, and to be fetched now as those of next() are. False: it has got
  /// in line.
  [[nodiscard]] bool enter(GroupRun& group, visit::Trip& trip);

  /// A slot that the group was in line for has come. If it `wants` none now it is given back.
  void granted(GroupRun& group, const std::string& host, bool wants);

  /// Gets in line, and lets through, as many trips to `host` as the group could fetch. False: none
  /// waits.
  bool serve(GroupRun& group, std::string_view host);
  /// The same for a host whose slot the group could not use when it came. False: there is none.
  bool serveDeclined(GroupRun& group) {
    return !group.declined.empty() && serveFirstDeclined(group);
  }

  /// The next trip that has come out of its line, to be fetched now: its slot is held, and it
  /// counts as in flight. Null: no more. To be asked after each of the calls above.
  [[nodiscard]] visit::Trip* next() noexcept {
    if (taken_ < out_.size()) return out_[taken_++];
    out_.clear();
    taken_ = 0;
    return nullptr;
  }

  /// Takes everybody out of the group's lines. Slots that still come are to be given back.
  std::vector<visit::Trip*> clear(GroupRun& group);

 private:
  using HostEntry = std::pair<const std::string, GroupRun::HostLine>;

  bool serveFirstDeclined(GroupRun& group);
  void letFirstOut(GroupRun& group, GroupRun::HostLine& line);
  void queueUp(GroupRun& group, HostEntry& entry);
  void remember(GroupRun& group, HostEntry& entry);

  visit::HostBudget& hosts_;
  Metrics& metrics_;
  visit::SlotHome& home_;
  std::vector<visit::Trip*> out_;  // of their lines
  std::size_t taken_ = 0;          // of out_
};

}  // namespace forage::run
