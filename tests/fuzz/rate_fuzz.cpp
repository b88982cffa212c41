// Fuzz target: a rate that is read is one, and a pacer holds it in any span, whenever requests
// come. The first line is the rate, the bytes behind it are times between requests.
#include <algorithm>
#include <deque>
#include <optional>

#include "forage/units.h"
#include "fuzz/fuzz.h"
#include "visit/rate.h"

namespace {

using forage::Millis;
using forage::TimePoint;
using forage::fuzz::expect;
using forage::Rate;

void checkPacer(const Rate& rate, Millis delay, std::string_view steps) {
  forage::visit::Pacer pacer(rate, delay);
  std::deque<TimePoint> in_span;
  TimePoint now(std::chrono::hours(1));
  for (const char step : steps) {
    const auto part = static_cast<unsigned char>(step);
    now += rate.span * part / 255 / (part % 2 == 0 ? 1 : rate.requests);
    const TimePoint at = pacer.next(now);
    expect(at >= now, "no start is in the past");
    expect(at <= now + std::max(rate.span + Millis(1), delay), "no start is later than needed");
    expect(in_span.empty() || at - in_span.back() >= delay, "the delay is kept");
    pacer.started(at);
    in_span.push_back(at);
    while (at - in_span.front() > rate.span) in_span.pop_front();
    expect(in_span.size() <= rate.requests, "the rate is kept in any span");
    now = at;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = forage::fuzz::textOf(data, size);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const std::optional<Rate> rate = forage::parseRate(text.substr(0, line_end));
  if (!rate) return 0;
  expect(rate->requests >= 1 && rate->requests <= forage::kMaxRateRequests, "some requests");
  expect(rate->span >= Millis(1) && rate->span <= forage::kMaxRateSpan, "in some time");
  const std::string written =
      std::to_string(rate->requests) + "/" + forage::formatDuration(rate->span);
  expect(forage::parseRate(written) == rate, "what is written is read as the same");
  const std::string_view steps = text.substr(std::min(line_end + 1, text.size()));
  checkPacer(*rate, Millis(0), steps);
  checkPacer(*rate, Millis(steps.size()), steps);
  return 0;
}
