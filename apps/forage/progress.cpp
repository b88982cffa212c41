#include "progress.h"

#include <cmath>
#include <utility>

#include "numbers.h"
#include "terminal.h"

namespace forage::app {

namespace {

std::uint64_t positive(std::int64_t value) noexcept {
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

/// Whole seconds: more digits would only flicker.
std::string etaText(double seconds) {
  return seconds < 59 ? grouped(static_cast<std::uint64_t>(seconds) + 1) + " s"
                      : secondsText(seconds);
}

/// URLs a second over about the last five seconds, so that a burst does not make the ETA jump.
class Rate {
 public:
  using Clock = std::chrono::steady_clock;
  double update(std::uint64_t urls, Clock::time_point now) noexcept {
    const double seconds = std::chrono::duration<double>(now - then_).count();
    if (seconds <= 0) return rate_;
    const double recent = static_cast<double>(urls - urls_) / seconds;
    const double weight = first_ ? 1.0 : 1.0 - std::exp(-seconds / 5.0);
    rate_ += weight * (recent - rate_);
    urls_ = urls;
    then_ = now;
    first_ = false;
    return rate_;
  }

 private:
  double rate_ = 0;
  std::uint64_t urls_ = 0;
  bool first_ = true;
  Clock::time_point then_ = Clock::now();
};

}  // namespace

ProgressSample sampleOf(const Metrics& metrics) noexcept {
  ProgressSample now;
  now.urls = metrics.urls();
  for (const Outcome hit :
       {Outcome::kHit, Outcome::kRevalidated, Outcome::kStale, Outcome::kJoined}) {
    now.hits += metrics.outcome(hit).value();
  }
  now.failed = metrics.outcome(Outcome::kFailed).value();
  now.listed = metrics.listed.load(std::memory_order_relaxed);
  now.in_flight = positive(metrics.in_flight.load(std::memory_order_relaxed));
  now.degraded = metrics.degraded.load(std::memory_order_relaxed);
  return now;
}

std::string progressText(const ProgressSample& sample, double rate) {
  std::string text = grouped(sample.urls);
  if (sample.listed != 0) text += "/" + grouped(sample.listed);
  text += " URLs  " + rateText(rate) + "  hits " + grouped(sample.hits) + "  failed " +
          grouped(sample.failed) + "  in flight " + grouped(sample.in_flight);
  if (sample.degraded) text += "  cache away";
  if (sample.listed > sample.urls && rate > 0) {
    text += "  ETA " + etaText(static_cast<double>(sample.listed - sample.urls) / rate);
  }
  return text;
}

Progress::Progress(Counters counters, Terminal& terminal)
    : counters_(std::move(counters)),
      terminal_(terminal),
      thread_([this](std::stop_token stop) { show(std::move(stop)); }) {}

Progress::~Progress() {
  thread_.request_stop();
  thread_.join();
  terminal_.clearStatus();
}

void Progress::show(std::stop_token stop) {
  Rate rate;
  const auto period = terminal_.isInteractive() ? kRefresh : kPlainPeriod;
  std::unique_lock lock(mutex_);
  while (true) {
    ended_.wait_for(lock, stop, period, [] { return false; });
    if (stop.stop_requested()) return;
    const ProgressSample now = sampleOf(counters_());
    const std::string text =
        progressText(now, rate.update(now.urls, std::chrono::steady_clock::now()));
    if (terminal_.isInteractive()) {
      terminal_.status(text);
    } else {
      terminal_.notice(text);
    }
  }
}

}  // namespace forage::app
