#include "progress.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <string_view>

#include "numbers.h"
#include "terminal.h"

namespace forage::app {

namespace {

/// Counts lines that are neither empty nor comments, as the reader of URL files does.
class LineCounter {
 public:
  void take(std::string_view bytes) noexcept {
    for (const char byte : bytes) {
      if (byte == '\n') {
        at_start_ = true;
      } else if (at_start_ && byte != ' ' && byte != '\t' && byte != '\r') {
        at_start_ = false;
        if (byte != '#') ++lines_;
      }
    }
  }
  [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }

 private:
  std::uint64_t lines_ = 0;
  bool at_start_ = true;
};

std::optional<std::uint64_t> countLines(int fd, const std::stop_token& stop) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  LineCounter counter;
  std::array<char, 64 * 1024> piece;
  while (!stop.stop_requested()) {
    const ssize_t got = ::read(fd, piece.data(), piece.size());
    if (got < 0) return std::nullopt;
    if (got == 0) return counter.lines();
    counter.take({piece.data(), static_cast<std::size_t>(got)});
  }
  return std::nullopt;
}

std::uint64_t positive(std::int64_t value) noexcept {
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
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

std::string progressText(const ProgressSample& sample, std::optional<std::uint64_t> total,
                         double rate) {
  std::string text = grouped(sample.urls);
  if (total) text += "/" + grouped(*total);
  text += " URLs  " + rateText(rate) + "  hits " + grouped(sample.hits) + "  failed " +
          grouped(sample.failed) + "  in flight " + grouped(sample.in_flight);
  if (sample.degraded) text += "  cache away";
  if (total && *total > sample.urls && rate > 0) {
    text += "  ETA " + secondsText(static_cast<double>(*total - sample.urls) / rate);
  }
  return text;
}

std::optional<std::uint64_t> countUrls(const Job& job, const std::stop_token& stop) {
  std::uint64_t total = 0;
  for (const GroupSpec& group : job.groups) {
    total += group.urls.size();
    if (!group.urls_file) continue;
    if (*group.urls_file == "-") return std::nullopt;
    // Non-blocking: opening a pipe that nobody writes to would hang.
    const int fd = ::open(group.urls_file->c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return std::nullopt;
    const auto lines = countLines(fd, stop);
    ::close(fd);
    if (!lines) return std::nullopt;
    total += *lines;
  }
  return total;
}

Progress::Progress(const Job& job, const Metrics& metrics, Terminal& terminal)
    : job_(job),
      metrics_(metrics),
      terminal_(terminal),
      thread_([this](std::stop_token stop) { show(std::move(stop)); }) {}

Progress::~Progress() {
  thread_.request_stop();
  thread_.join();
  terminal_.clearStatus();
}

void Progress::show(std::stop_token stop) {
  Rate rate;
  const std::optional<std::uint64_t> total = countUrls(job_, stop);
  const auto period = terminal_.isInteractive() ? kRefresh : kPlainPeriod;
  std::unique_lock lock(mutex_);
  while (true) {
    ended_.wait_for(lock, stop, period, [] { return false; });
    if (stop.stop_requested()) return;
    const ProgressSample now = sample();
    const std::string text =
        progressText(now, total, rate.update(now.urls, std::chrono::steady_clock::now()));
    if (terminal_.isInteractive()) {
      terminal_.status(text);
    } else {
      terminal_.notice(text);
    }
  }
}

ProgressSample Progress::sample() const noexcept {
  ProgressSample now;
  now.urls = metrics_.urls();
  now.hits = metrics_.outcome(Outcome::kHit).value() +
             metrics_.outcome(Outcome::kRevalidated).value() +
             metrics_.outcome(Outcome::kStale).value() + metrics_.outcome(Outcome::kJoined).value();
  now.failed = metrics_.outcome(Outcome::kFailed).value();
  now.in_flight = positive(metrics_.in_flight.load(std::memory_order_relaxed));
  now.degraded = metrics_.degraded.load(std::memory_order_relaxed);
  return now;
}

}  // namespace forage::app
