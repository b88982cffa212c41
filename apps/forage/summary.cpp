#include "summary.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "numbers.h"

namespace forage::app {

namespace {

struct Row {
  std::string name;
  std::string number;
  std::string remark;
};

/// "3 hit, 4 joined", leaving out what is zero.
std::string listed(const std::vector<std::pair<std::uint64_t, std::string>>& items) {
  std::string text;
  for (const auto& [count, word] : items) {
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += grouped(count) + " " + word;
  }
  return text;
}

std::string degradedText(const CacheReport& cache) {
  std::string text = secondsText(cache.degraded_seconds);
  if (!cache.fallback.empty()) text += ", " + cache.fallback + " stood in";
  const std::string stores =
      listed({{cache.written_back, "entries written back"}, {cache.stores_lost, "lost"}});
  return stores.empty() ? text : text + ", " + stores;
}

std::string aligned(const std::vector<Row>& rows) {
  std::size_t name_width = 0;
  std::size_t number_width = 0;
  for (const Row& row : rows) {
    name_width = std::max(name_width, row.name.size());
    number_width = std::max(number_width, row.number.size());
  }
  std::string text;
  for (const Row& row : rows) {
    text += "  " + row.name + std::string(name_width - row.name.size(), ' ');
    text += "  " + std::string(number_width - row.number.size(), ' ') + row.number;
    if (!row.remark.empty()) text += "  " + row.remark;
    text += '\n';
  }
  return text;
}

}  // namespace

std::string summaryOf(const Report& report) {
  const Totals& totals = report.totals;
  const double seconds = std::max(report.wall_seconds, 1e-6);
  const std::uint64_t cached = totals.hit + totals.revalidated + totals.stale + totals.joined;
  std::vector<Row> rows{{"URLs", grouped(totals.urls),
                         "in " + secondsText(report.wall_seconds) + ", " +
                             rateText(static_cast<double>(totals.urls) / seconds)},
                        {"cache hits", grouped(cached),
                         listed({{totals.hit, "found"},
                                 {totals.revalidated, "revalidated"},
                                 {totals.stale, "stale"},
                                 {totals.joined, "joined a fetch under way"}})},
                        {"fetched", grouped(totals.fetched), ""},
                        {"failed", grouped(totals.failed), ""}};
  if (totals.blocked != 0) rows.push_back({"blocked", grouped(totals.blocked), ""});
  rows.push_back({"requests", grouped(totals.requests), bytesText(totals.bytes) + " received"});
  std::string text = "\nTotals:\n" + aligned(rows);
  if (report.cache.degraded_seconds > 0) {
    text += "  cache " + report.cache.plugin + " was away for " + degradedText(report.cache) + '\n';
  }
  if (report.interrupted)
    text += "  interrupted: run it again, and only what is missing is fetched\n";
  return text;
}

}  // namespace forage::app
