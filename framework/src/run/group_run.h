// One group under way on its thread: where its URLs come from, and where its trips are. Used by one
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "forage/job.h"
#include "forage/metrics.h"
#include "run/url_source.h"
#include "visit/trip.h"

namespace forage::run {

struct GroupRun final : visit::TripGroup {
  /// URLs of a group that may wait for a host or another fetch, so that the rest goes on.
  static constexpr std::size_t kMaxParked = 10'000;
  /// Bounds of how many URLs are looked up ahead of need.
  static constexpr std::size_t kMinWindow = 32;
  static constexpr std::size_t kWindow = 128;  ///< to begin with
  static constexpr std::size_t kMaxWindow = 256;

  /// Trips that wait for a slot of one host.
  struct HostLine {
    std::deque<visit::Trip*> trips;
    std::size_t places = 0;  ///< of the group in the line of the HostBudget; one for a trip each
    bool declined = false;   ///< in the group's list of those, and only once
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  GroupRun(const GroupSpec& spec, std::size_t place, GroupMetrics& counters,
           std::size_t default_parallel_max, StdinLines* standard_input)
      : TripGroup{place, spec.name, &counters, spec.expire_after},
        requests(spec.requests),
        parallel_max(spec.parallel_max.value_or(default_parallel_max)),
        source(spec, standard_input) {}

  [[nodiscard]] bool isDone() const noexcept { return exhausted && trips == 0; }
  [[nodiscard]] bool hasPlace() const noexcept { return in_flight < parallel_max; }

  /// Gives the next URL text as UrlSource::next does, then those of the requests, each with what
  /// it asks for. Throws Error.
  [[nodiscard]] UrlSource::State next(std::string_view& text,
                                      std::unique_ptr<visit::Asked>& asked) {
    const UrlSource::State state = source.next(text);
    if (state != UrlSource::State::kEnd || requests == nullptr) return state;
    return nextRequest(text, asked);
  }

  /// A trip waits for a host or another trip; so many do no longer.
  void park(Metrics& run) noexcept {
    ++parked;
    run.parked.fetch_add(1, std::memory_order_relaxed);
  }
  void unpark(Metrics& run, std::size_t count = 1) noexcept {
    parked -= count;
    run.parked.fetch_sub(static_cast<std::int64_t>(count), std::memory_order_relaxed);
  }

  RequestSource* requests;  ///< after the URLs; may be null
  std::size_t parallel_max;
  UrlSource source;
  std::uint64_t next_position = 0;
  bool exhausted = false;  ///< the source has ended
  bool runnable = false;   ///< it is in the loop's list of groups with something to do
  bool waiting = false;    ///< for its source
  bool starved = false;    ///< of a descriptor to read its source
  bool blocked = false;    ///< for room in a queue

  std::size_t trips = 0;           ///< under way, wherever they are
  std::size_t in_flight = 0;       ///< being fetched
  std::size_t parked = 0;          ///< waiting for a host or another trip
  std::size_t looking = 0;         ///< out for a look-up
  std::size_t window = kWindow;    ///< how many may be looked up ahead
  std::deque<visit::Trip*> queue;  ///< in the order of the list; looked up, or about to be
  std::deque<visit::Trip*> ready;  ///< on a later hop, looked up: before the queue
  std::unordered_map<std::string, HostLine, Hash, std::equal_to<>> lines;
  std::deque<std::string> declined;  ///< hosts whose slot the group could not use when it came

 private:
  UrlSource::State nextRequest(std::string_view& text, std::unique_ptr<visit::Asked>& asked);
};

}  // namespace forage::run
