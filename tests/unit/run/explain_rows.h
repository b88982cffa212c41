// Visits some time after others, and what becomes of them: for explain() and for runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "policy_fixture.h"

namespace forage::run {

using namespace std::chrono_literals;

inline constexpr CachePolicy kHttp = CachePolicy::kRfc9111;

inline RequestSpec headOf() { return request("HEAD", kUrl); }
inline RequestSpec partOf(const char* range) { return get(kUrl, {{"Range", range}}); }
inline RequestSpec with(const char* control) { return get(kUrl, {{"Cache-Control", control}}); }

/// One visit, some time after another: what becomes of it.
struct Row {
  std::string name = {};
  std::string decision = {};
  CachePolicy policy = CachePolicy::kTtl;
  Millis age{0};
  std::string control = "max-age=60";
  std::function<void(Job&)> change = [](Job&) {};  // between the visits
  RequestSpec first = get(kUrl);
  RequestSpec second = get(kUrl);
  int status = 200;
  std::string tag = "\"1\"";
};

inline std::function<void(Job&)> mode(CacheMode mode) {
  return [mode](Job& job) { job.cache.mode = mode; };
}
inline std::function<void(Job&)> meanwhile(Millis span) {
  return [span](Job& job) { job.cache.stale_while_revalidate = span; };
}
inline std::function<void(Job&)> ofGroup(Millis span) {
  return [span](Job& job) { job.groups.at(0).expire_after = span; };
}
inline std::function<void(Job&)> ofPattern(const std::string& pattern, Millis span) {
  return [=](Job& job) { job.cache.urls_expire_after.push_back({pattern, span}); };
}

inline std::vector<Row> plainRows() {
  return {
      {.name = "miss", .decision = "fetch", .first = get("")},
      {.name = "fresh", .decision = "answer"},
      {.name = "stale", .decision = "validate", .age = 90s},
      {.name = "no validator", .decision = "fetch", .age = 90s, .tag = ""},
      {.name = "swr",
       .decision = "answer, and validate meanwhile",
       .age = 90s,
       .change = meanwhile(60s)},
      {.name = "swr over", .decision = "validate", .age = 200s, .change = meanwhile(60s)},
      {.name = "refresh", .decision = "validate", .change = mode(CacheMode::kRefresh)},
      {.name = "forced", .decision = "fetch", .change = mode(CacheMode::kForceRefresh)},
      {.name = "offline", .decision = "answer", .change = mode(CacheMode::kOffline)},
      {.name = "offline, stale",
       .decision = "answer, although it has expired",
       .age = 90s,
       .change = mode(CacheMode::kOffline)},
      {.name = "offline, miss",
       .decision = "fail",
       .change = mode(CacheMode::kOffline),
       .first = get("")},
      {.name = "group, shorter", .decision = "validate", .age = 30s, .change = ofGroup(10s)},
      {.name = "group, longer", .decision = "answer", .age = 90s, .change = ofGroup(1h)},
      {.name = "pattern",
       .decision = "validate",
       .age = 30s,
       .change = ofPattern("example.test/", 10s)},
      {.name = "other pattern",
       .decision = "answer",
       .age = 30s,
       .change = ofPattern("other.test/", 10s)},
      {.name = "status not allowed", .decision = "fetch", .status = 404},
  };
}

inline std::vector<Row> httpRows() {
  return {
      {.name = "fresh", .decision = "answer", .policy = kHttp},
      {.name = "stale", .decision = "validate", .policy = kHttp, .age = 90s},
      {.name = "no-store", .decision = "fetch", .policy = kHttp, .control = "no-store"},
      {.name = "no-cache", .decision = "validate", .policy = kHttp, .control = "no-cache"},
      {.name = "swr",
       .decision = "answer, and validate meanwhile",
       .policy = kHttp,
       .age = 90s,
       .control = "max-age=60, stale-while-revalidate=60"},
      {.name = "must-revalidate",
       .decision = "validate",
       .policy = kHttp,
       .age = 90s,
       .control = "max-age=60, must-revalidate",
       .change = meanwhile(60s)},
      {.name = "no-cache asked",
       .decision = "validate",
       .policy = kHttp,
       .second = with("no-cache")},
      {.name = "max-stale asked",
       .decision = "answer, although it has expired",
       .policy = kHttp,
       .age = 90s,
       .second = with("max-stale=60")},
      {.name = "only-if-cached",
       .decision = "fail",
       .policy = kHttp,
       .first = get(""),
       .second = with("only-if-cached")},
      {.name = "the group has no say",
       .decision = "answer",
       .policy = kHttp,
       .age = 30s,
       .change = ofGroup(10s)},
  };
}

inline std::vector<Row> rowsBesidePages() {
  return {
      {.name = "POST", .decision = "fetch", .second = request("POST", kUrl)},
      {.name = "HEAD of a page", .decision = "answer", .second = headOf()},
      {.name = "HEAD, miss", .decision = "fetch", .first = get(""), .second = headOf()},
      {.name = "HEAD of a HEAD", .decision = "answer", .first = headOf(), .second = headOf()},
      {.name = "GET of a HEAD", .decision = "fetch", .first = headOf()},
      {.name = "HEAD, stale",
       .decision = "fetch",
       .age = 90s,
       .first = headOf(),
       .second = headOf()},
      {.name = "HEAD, swr",
       .decision = "fetch",
       .age = 90s,
       .change = meanwhile(60s),
       .first = headOf(),
       .second = headOf()},
      {.name = "part",
       .decision = "answer",
       .first = partOf("bytes=0-3"),
       .second = partOf("bytes=1-2")},
      {.name = "other part",
       .decision = "fetch",
       .first = partOf("bytes=0-3"),
       .second = partOf("bytes=6-7")},
      {.name = "part, swr",
       .decision = "validate",
       .age = 90s,
       .change = meanwhile(60s),
       .first = partOf("bytes=0-3"),
       .second = partOf("bytes=0-3")},
      {.name = "redirect", .decision = "answer", .status = 302},
      {.name = "redirect, stale", .decision = "validate", .age = 90s, .status = 302},
      {.name = "redirect, swr",
       .decision = "validate",
       .age = 90s,
       .change = meanwhile(60s),
       .status = 302},
      {.name = "redirect offline",
       .decision = "answer, although it has expired",
       .age = 90s,
       .change = mode(CacheMode::kOffline),
       .status = 302},
  };
}

}  // namespace forage::run
