#include <nlohmann/json.hpp>

#include "forage/report.h"

namespace forage {

namespace {

using Json = nlohmann::ordered_json;

Json toJson(const Totals& totals) {
  return {
      {"urls", totals.urls},     {"hit", totals.hit},         {"revalidated", totals.revalidated},
      {"stale", totals.stale},   {"joined", totals.joined},   {"fetched", totals.fetched},
      {"failed", totals.failed}, {"blocked", totals.blocked}, {"requests", totals.requests},
      {"bytes", totals.bytes}};
}

Json toJson(const GroupReport& group) {
  Json json{{"name", group.name}};
  json.update(toJson(group.totals));
  return json;
}

Json toJson(const CacheStats& stats) {
  Json json{{"entries", stats.entries},   {"bytes", stats.bytes},
            {"capacity", stats.capacity}, {"hits", stats.hits},
            {"misses", stats.misses},     {"stores", stats.stores},
            {"declined", stats.declined}, {"evictions", stats.evictions},
            {"expired", stats.expired},   {"damaged", stats.damaged}};
  for (const auto& [name, count] : stats.more) json[name] = count;
  return json;
}

Json toJson(const CacheReport& cache) {
  return {{"plugin", cache.plugin},
          {"fallback", cache.fallback.empty() ? Json(nullptr) : Json(cache.fallback)},
          {"degraded_seconds", cache.degraded_seconds},
          {"errors", cache.errors},
          {"stores", cache.stores},
          {"stores_fallback", cache.stores_fallback},
          {"stores_lost", cache.stores_lost},
          {"erasures_lost", cache.erasures_lost},
          {"stores_refused", cache.stores_refused},
          {"lease_waits", cache.lease_waits},
          {"written_back", cache.written_back},
          {"stats", toJson(cache.stats)}};
}

Json toJson(const ErrorReport& error) {
  Json json{{"url", error.url}, {"group", error.group}, {"kind", toString(error.kind)}};
  if (error.status != 0) json["status"] = error.status;
  json["message"] = error.message;
  return json;
}

template <typename Items>
Json listOf(const Items& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(toJson(item));
  return list;
}

}  // namespace

std::string Report::toJson() const {
  const Json json{{"version", 1},
                  {"job", job},
                  {"exit_code", static_cast<int>(exit_code)},
                  {"interrupted", interrupted},
                  {"wall_seconds", wall_seconds},
                  {"peak_memory_bytes", peak_memory_bytes},
                  {"totals", forage::toJson(totals)},
                  {"retries", retries},
                  {"groups", listOf(groups)},
                  {"cache", forage::toJson(cache)},
                  {"error_count", error_count},
                  {"errors", listOf(errors)}};
  // URLs and messages may quote a server: what is not UTF-8 becomes U+FFFD instead of an exception.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace forage
