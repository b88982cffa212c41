#include "cache/stat_text.h"

#include <utility>
#include <vector>

#include "cache/entry_text.h"
#include "cache/timestamps.h"
#include "columns.h"
#include "numbers.h"

namespace forage::app {

namespace {

constexpr std::size_t kTop = 10;
constexpr std::size_t kNumberWidth = 12;

using Counters = std::vector<std::pair<std::string, std::uint64_t>>;

Counters countersOf(const CacheStats& stats) {
  Counters counters{{"entries", stats.entries},   {"bytes", stats.bytes},
                    {"capacity", stats.capacity}, {"hits", stats.hits},
                    {"misses", stats.misses},     {"stores", stats.stores},
                    {"declined", stats.declined}, {"evictions", stats.evictions},
                    {"expired", stats.expired},   {"damaged", stats.damaged}};
  counters.insert(counters.end(), stats.more.begin(), stats.more.end());
  return counters;
}

std::string row(const std::string& name, std::uint64_t entries, const std::string& remark) {
  return "  " + leftAligned(name, 10) + rightAligned(grouped(entries), kNumberWidth) +
         (remark.empty() ? "" : "  " + remark) + '\n';
}

std::string section(const std::string& title, const std::vector<NamedAmount>& amounts) {
  if (amounts.empty()) return {};
  std::string text = '\n' + title + '\n';
  for (const auto& [name, amount] : amounts) {
    text += rightAligned(grouped(amount.entries), kNumberWidth + 2) +
            rightAligned(bytesText(amount.bytes), kNumberWidth) + "  " + shown(name) + '\n';
  }
  return text;
}

std::string whenText(WallTime time, WallTime now) {
  return timestamp(time) + ", " + spanText(saturatingSpan(time, now)) + " ago\n";
}

Json amountsJson(const std::vector<NamedAmount>& amounts, const char* key) {
  Json array = Json::array();
  for (const auto& [name, amount] : amounts) {
    array.push_back({{key, name}, {"entries", amount.entries}, {"bytes", amount.bytes}});
  }
  return array;
}

}  // namespace

std::string statText(const CacheSummary& summary) {
  const Tally& tally = summary.tally;
  std::string text = "Cache " + shown(summary.plugin) + ", keys that begin with \"" +
                     shown(summary.key_prefix) + "\":\n";
  text += row("entries", tally.total().entries, bytesText(tally.total().bytes) + " of bodies");
  text += row("for ever", tally.forever().entries, "");
  text += row("expired", tally.expired().entries, "");
  text += row("damaged", summary.damaged, "");
  if (tally.oldest()) text += "  oldest      " + whenText(*tally.oldest(), summary.now);
  if (tally.newest()) text += "  newest      " + whenText(*tally.newest(), summary.now);
  text += section("By status:", tally.statusClasses());
  text += section("By content type:", tally.topTypes(kTop));
  text += section("By host:", tally.topHosts(kTop));
  std::string counters;
  for (const auto& [name, count] : countersOf(summary.stats)) {
    if (count != 0) counters += (counters.empty() ? " " : ", ") + name + ' ' + grouped(count);
  }
  return counters.empty() ? text : text + "\nThe cache itself says:" + counters + '\n';
}

Json statJson(const CacheSummary& summary) {
  const Tally& tally = summary.tally;
  Json json;
  json["plugin"] = summary.plugin;
  json["key_prefix"] = summary.key_prefix;
  json["entries"] = tally.total().entries;
  json["bytes"] = tally.total().bytes;
  json["forever"] = tally.forever().entries;
  json["expired"] = tally.expired().entries;
  json["damaged"] = summary.damaged;
  json["oldest"] = tally.oldest() ? Json(timestamp(*tally.oldest())) : Json(nullptr);
  json["newest"] = tally.newest() ? Json(timestamp(*tally.newest())) : Json(nullptr);
  json["by_status"] = amountsJson(tally.statusClasses(), "status");
  json["by_content_type"] = amountsJson(tally.topTypes(kTop), "content_type");
  json["by_host"] = amountsJson(tally.topHosts(kTop), "host");
  for (const auto& [name, count] : countersOf(summary.stats)) json["stats"][name] = count;
  return json;
}

}  // namespace forage::app
