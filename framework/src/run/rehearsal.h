// A visit without consequences: the pipeline of runs takes one URL to its end, or to where its
// request would be sent. The cache is only read; nothing is fetched. Used once, by one thread.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forage/cache.h"
#include "forage/clock.h"
#include "forage/job.h"
#include "forage/metrics.h"
#include "forage/request_source.h"
#include "forage/runner.h"
#include "store/guarded_cache.h"
#include "visit/pipeline.h"
#include "visit/witness.h"

namespace forage::run {

/// A key that was looked up on the way of a URL and its redirects.
struct LookedUp {
  std::uint32_t hop;
  Key key;
  EntryPtr found;
};

/// What was stored, as the pipeline has judged it.
struct Judged {
  std::uint32_t hop;
  EntryPtr entry;
  http::Judgement judgement;
};

class Rehearsal final : private Cache,
                        private RunObserver,
                        private visit::Witness,
                        private visit::FlightHome,
                        private visit::RobotsHome,
                        private visit::PaceTimer {
 public:
  /// All outlive this. `group` may be null: the URL is of none.
  Rehearsal(const Job& job, Cache& cache, const Clock& clock, const GroupSpec* group);

  /// Goes the way of `url`, with the method, fields and body of `asked`, null where a list names
  /// it. Throws CacheError: the cache cannot answer.
  void play(const Url& url, std::unique_ptr<visit::Asked> asked);

  [[nodiscard]] const visit::CacheRules& rules() const noexcept { return rules_; }
  [[nodiscard]] const std::vector<LookedUp>& lookUps() const noexcept { return look_ups_; }
  [[nodiscard]] const std::vector<Judged>& judgements() const noexcept { return judged_; }
  /// As it is before its request, or at its end.
  [[nodiscard]] const visit::Trip& trip() const noexcept { return trip_; }
  /// How it ended; nothing where only a request can tell. Present beside sends() where what has
  /// expired answers meanwhile.
  [[nodiscard]] const std::optional<Visit>& visit() const noexcept { return visit_; }
  /// Whether a request would be sent.
  [[nodiscard]] bool sends() const noexcept { return sends_; }

 private:
  [[nodiscard]] bool answersWithoutIo() const noexcept override { return true; }
  void find(std::span<const Key> keys, std::span<EntryPtr> found) override;
  void store(std::span<const Keep>) override {}
  std::size_t erase(std::span<const Key>) override { return 0; }
  void scan(std::string_view, const Visitor&) override {}
  [[nodiscard]] CacheStats stats() const noexcept override { return {}; }
  void visited(const Visit& visit) noexcept override { visit_ = visit; }
  void judged(const visit::Trip& trip, const http::Judgement& judged) override {
    judged_.push_back({trip.redirects, trip.found, judged});
  }
  void answered(void*, const visit::FlightAnswer&) noexcept override {}
  void robotsKnown(void*) noexcept override {}
  void wakeAt(TimePoint, const std::string&) override {}

  Cache& read_;
  std::vector<LookedUp> look_ups_;
  std::vector<Judged> judged_;
  std::optional<Visit> visit_;
  std::exception_ptr failure_;
  bool sends_ = false;

  const Headers request_headers_;
  const visit::CacheRules rules_;
  Metrics metrics_;
  GroupMetrics group_metrics_;
  store::GuardedCache cache_;
  visit::SingleFlight flights_;
  visit::KnownParts known_parts_;
  visit::ChangedUrls changed_urls_;
  visit::HostBudget hosts_;
  visit::SinkQueue sinks_;
  visit::Delivery delivery_;
  const visit::Services services_;
  visit::Pipeline pipeline_;
  visit::TripGroup group_;
  visit::Trip trip_;
};

}  // namespace forage::run
