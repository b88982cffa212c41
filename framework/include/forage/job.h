// Job: what to scrape and how, after all files, overlays and options have been merged and checked.
// Plain data; a run reads it and changes nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "forage/clock.h"
#include "forage/fetcher.h"
#include "forage/request_source.h"
#include "forage/settings.h"
#include "forage/units.h"

namespace forage {

/// A plugin by name, with the options that its table gives it.
struct PluginUse {
  std::string name;
  Settings settings;
  std::string place;  ///< where it was named, "job.toml:2:10"; "" for a default
  /// General keys such as "url" whose ${VAR} is not set, with what is then said: an error only if
  /// the plugin has such an option.
  std::map<std::string, std::string> unset = {};
};

/// What makes a stored response fresh.
enum class CachePolicy : std::uint8_t {
  kTtl,      ///< `expire_after`, whatever the response said
  kRfc9111,  ///< what the response says, as a private cache
};

/// How a run uses its cache.
enum class CacheMode : std::uint8_t {
  kNormal,
  kOffline,       ///< no connection ever: what is stored answers, however old
  kRefresh,       ///< everything that is stored is validated before it answers
  kForceRefresh,  ///< nothing that is stored answers; what comes is stored
};

/// Lifetime of the URLs that match a pattern.
struct UrlLifetime {
  std::string pattern;  ///< glob over "host/path?query"; also matches what begins so
  Millis expire_after = kForever;
};

struct CacheOptions {
  PluginUse plugin{"memory", {}, {}};
  std::optional<PluginUse> fallback;  ///< none: a cache that cannot answer ends the run
  std::optional<PluginUse> near;      ///< a cache without I/O in front of `plugin`
  CachePolicy policy = CachePolicy::kTtl;
  CacheMode mode = CacheMode::kNormal;
  std::string key_prefix = "url:";
  Millis expire_after = kForever;              ///< freshness under kTtl
  std::vector<UrlLifetime> urls_expire_after;  ///< of some URLs instead; the first match counts
  std::vector<int> allowable_codes{200};  ///< statuses that are stored; empty: as the policy says
  Millis stale_while_revalidate{0};  ///< answers for so long after it expired, validated meanwhile
  Millis stale_if_error{0};          ///< answers for so long where the server cannot; kForever: any
  Millis ttl_offset{std::chrono::hours(24)};    ///< stays in the cache for so long after it expired
  std::vector<std::string> ignored_parameters;  ///< globs: of queries, left out of keys
  std::vector<std::string> match_headers;       ///< request fields that are part of keys
  std::size_t min_size = 0;                     ///< smaller bodies are not stored
  std::vector<std::string> content_types;       ///< globs; others are not stored; empty: all are
  std::vector<std::string> forbidden_patterns;  ///< bodies that hold one are not stored
  std::size_t queue_max = 32u << 20;            ///< bytes that may wait to be stored
  Millis lease_wait{300'000};  ///< for a page that another process fetches; then it is fetched
  Millis retry_period{1'000};  ///< between attempts to reach a cache that went away
};

struct FetchOptions {
  PluginUse plugin{"http", {}, {}};
  std::size_t parallel_max = 8;       ///< in flight per group
  std::size_t parallel_max_host = 8;  ///< in flight per host, over all groups
  FetchLimits limits;
  std::uint32_t max_redirs = 10;
  /// Whether only public addresses are fetched from; unset: of hosts that the job does not name.
  std::optional<bool> public_only;
  std::uint32_t retry = 2;    ///< requests after the first, where that failed in passing
  Millis retry_delay{1'000};  ///< before the first of them; doubles, and is drawn below that
  Millis retry_max_time{0};   ///< no further request begins so long after the first; 0: no limit
  std::vector<int> retry_codes{408, 429, 500, 502, 503, 504, 522, 524};
  std::string user_agent;  ///< polite.user_agent; default "forage/VERSION"
};

/// How a host is asked, over all groups.
struct PoliteOptions {
  Millis delay{0};                     ///< from the start of one fetch to that of the next
  std::optional<Rate> rate;            ///< of fetches
  std::optional<bool> robots;          ///< whether robots.txt is obeyed; unset: by the URL's source
  bool throttle = true;                ///< slows down where a host refuses (429, 503)
  std::size_t target_concurrency = 0;  ///< fetches under way that latency is to allow; 0: any
};

struct RunOptions {
  std::size_t max_threads = 64;  ///< group threads; further groups share them
  Millis grace_period{5'000};    ///< for fetches in flight once a stop is asked for
};

struct GroupSpec {
  std::string name;
  std::vector<std::string> urls;
  std::vector<std::string> places;  ///< of each URL, "job.toml:7:9"; may be shorter than urls
  /// Expanded after `urls`, by curl's rules: "http://host/{a,b}/[001-100]".
  std::vector<std::string> url_globs;
  /// Read after them, as a stream: one URL a line, # comments. "-" is standard input.
  std::optional<std::filesystem::path> urls_file;
  std::optional<std::size_t> parallel_max;
  std::optional<Millis> expire_after;  ///< for this group, unless a pattern matches
  RequestSource* requests = nullptr;   ///< read after the URLs; outlives the run
  std::string place;
};

struct Job {
  std::string name;  ///< file name of the first job file, for reports
  CacheOptions cache;
  FetchOptions fetch;
  PoliteOptions polite;
  RunOptions run;
  std::vector<PluginUse> sinks;
  std::vector<std::filesystem::path> plugin_path;  ///< [plugins] path, absolute
  std::vector<GroupSpec> groups;
  /// Tables of plugins that this job does not use, such as [cache.redis] when --env test chose
  /// memory: checked against the plugin, if there is one of that name.
  std::vector<PluginUse> other_tables;
};

}  // namespace forage
