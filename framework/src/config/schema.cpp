#include "config/schema.h"

#include <algorithm>
#include <array>
#include <string>

namespace forage::config {

namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kMaxParallel = 100'000;
constexpr std::int64_t kTebibyte = std::int64_t{1} << 40;
constexpr std::int64_t kMaxPath = 4096;
constexpr std::int64_t kMaxPattern = 128;
constexpr std::int64_t kMaxUrlPattern = 256;

constexpr std::array<std::string_view, 2> kPolicies{"ttl", "rfc9111"};

constexpr std::array kSchema{
    KeySpec{"cache.allowable_codes", Type::kCodes, "[200]"},
    KeySpec{"cache.content_types", Type::kTexts, "[]", 1, kMaxPattern},
    KeySpec{"cache.expire_after", Type::kDuration, "\"never\"", 0, kUnlimited},
    KeySpec{"cache.fallback", Type::kName, "\"memory\""},
    KeySpec{"cache.forbidden_patterns", Type::kTexts, "[]", 1, kMaxPattern},
    KeySpec{"cache.ignored_parameters", Type::kTexts, "[]", 1, kMaxPattern},
    KeySpec{"cache.key_prefix", Type::kText, "\"url:\"", 0, 128},
    KeySpec{"cache.lease_wait", Type::kDuration, "\"5m\"", 1, kDay},
    KeySpec{"cache.match_headers", Type::kFields, "[]", 1, kMaxPattern},
    KeySpec{"cache.min_size", Type::kSize, "0", 0, kTebibyte},
    KeySpec{"cache.near", Type::kName, "\"none\""},
    KeySpec{"cache.plugin", Type::kName, "\"memory\""},
    KeySpec{"cache.policy", Type::kChoice, "\"ttl\"", 0, 0, kPolicies},
    KeySpec{"cache.queue_max", Type::kSize, "\"32MiB\"", 1, kTebibyte},
    KeySpec{"cache.retry_period", Type::kDuration, "\"1s\"", 10, kDay},
    KeySpec{"cache.stale_if_error", Type::kFlagOrDuration, "false", 0, kUnlimited},
    KeySpec{"cache.stale_while_revalidate", Type::kFlagOrDuration, "false", 0, kUnlimited},
    KeySpec{"cache.ttl_offset", Type::kDuration, "\"1d\"", 0, kUnlimited},
    KeySpec{"cache.url", Type::kText, "", 1, kMaxPath},
    KeySpec{"cache.urls_expire_after.expire_after", Type::kDuration, "", 0, kUnlimited},
    KeySpec{"cache.urls_expire_after.pattern", Type::kUrlPattern, "", 1, kMaxUrlPattern},
    KeySpec{"fetch.ca_file", Type::kText, "", 1, kMaxPath},
    KeySpec{"fetch.cert_file", Type::kText, "", 1, kMaxPath},
    KeySpec{"fetch.connect_timeout", Type::kDuration, "\"10s\"", 1, kDay},
    KeySpec{"fetch.crl_file", Type::kText, "", 1, kMaxPath},
    KeySpec{"fetch.key_file", Type::kText, "", 1, kMaxPath},
    KeySpec{"fetch.max_filesize", Type::kSize, "\"64MiB\"", 1, kTebibyte},
    KeySpec{"fetch.max_header_size", Type::kSize, "\"256KiB\"", 1024, std::int64_t{64} << 20},
    KeySpec{"fetch.max_redirs", Type::kInteger, "10", 0, 1000},
    KeySpec{"fetch.max_time", Type::kDuration, "\"30s\"", 1, kDay},
    KeySpec{"fetch.parallel_max", Type::kInteger, "8", 1, kMaxParallel},
    KeySpec{"fetch.parallel_max_host", Type::kInteger, "8", 1, kMaxParallel},
    KeySpec{"fetch.plugin", Type::kName, "\"http\""},
    KeySpec{"fetch.public_only", Type::kFlag, ""},
    KeySpec{"fetch.retry", Type::kInteger, "2", 0, 1000},
    KeySpec{"fetch.retry_codes", Type::kCodes, "[408, 429, 500, 502, 503, 504, 522, 524]"},
    KeySpec{"fetch.retry_delay", Type::kDuration, "\"1s\"", 0, 600'000},
    KeySpec{"fetch.retry_max_time", Type::kDuration, "\"0s\"", 0, kDay},
    KeySpec{"fetch.speed_limit", Type::kSize, "0", 0, kTebibyte},
    KeySpec{"fetch.speed_time", Type::kDuration, "\"30s\"", 1000, kDay},
    KeySpec{"fetch.tls_min_version", Type::kText, "", 1, 8},
    KeySpec{"group.expire_after", Type::kDuration, "", 0, kUnlimited},
    KeySpec{"group.name", Type::kText, "", 1, 256},
    KeySpec{"group.parallel_max", Type::kInteger, "", 1, kMaxParallel},
    KeySpec{"group.url_globs", Type::kTexts, ""},
    KeySpec{"group.urls", Type::kTexts, ""},
    KeySpec{"group.urls_file", Type::kText, "", 1, kMaxPath},
    KeySpec{"plugins.path", Type::kPaths, ""},
    KeySpec{"polite.delay", Type::kDuration, "\"0s\"", 0, kDay},
    KeySpec{"polite.rate", Type::kRate, ""},
    KeySpec{"polite.robots", Type::kFlag, ""},
    KeySpec{"polite.target_concurrency", Type::kInteger, "0", 0, kMaxParallel},
    KeySpec{"polite.throttle", Type::kFlag, "true"},
    KeySpec{"polite.user_agent", Type::kText, "\"forage/VERSION\"", 1, 512},
    KeySpec{"run.grace_period", Type::kDuration, "\"5s\"", 0, kDay},
    KeySpec{"run.max_threads", Type::kInteger, "64", 1, 10'000},
    KeySpec{"sink.plugin", Type::kName, ""},
};
static_assert(std::is_sorted(kSchema.begin(), kSchema.end(),
                             [](const KeySpec& a, const KeySpec& b) { return a.key < b.key; }));

const KeySpec* findKey(std::string_view key) noexcept {
  const auto found = std::lower_bound(
      kSchema.begin(), kSchema.end(), key,
      [](const KeySpec& spec, std::string_view wanted) { return spec.key < wanted; });
  return found == kSchema.end() || found->key != key ? nullptr : &*found;
}

}  // namespace

std::span<const KeySpec> schema() noexcept { return kSchema; }

const KeySpec& specOf(std::string_view key) { return *findKey(key); }

const KeySpec* findSpec(std::string_view table, std::string_view member) {
  // "urls_expire_after.pattern" in quotes is no key of [cache].
  if (member.find('.') != std::string_view::npos) return nullptr;
  return findKey(std::string(table).append(1, '.').append(member));
}

bool isPluginName(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

}  // namespace forage::config
