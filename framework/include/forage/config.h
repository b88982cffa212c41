// From job files to a Job: parsing, overlays, expansion and checking. Not thread-safe with a
// changing environment; otherwise pure but for reading the files it is given.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forage/export.h"
#include "forage/job.h"

namespace forage {

struct LoadOptions {
  std::vector<std::filesystem::path> files;  ///< merged in order; may be empty: all defaults
  std::string env;                           ///< overlay [env.NAME]; "" for none
  std::vector<std::string> sets;             ///< "key.path=value", the last word
  bool require_groups = true;                ///< a job without a group is an error
  /// Value of an environment variable; the real environment when empty.
  std::function<std::optional<std::string>(std::string_view)> environment;
};

/// One value of the effective configuration, for `forage check`.
struct EffectiveValue {
  std::string key;     ///< "cache.redis.command_timeout"
  std::string value;   ///< as TOML; secrets redacted
  std::string origin;  ///< "job.toml:3:5", "--set", "FORAGE_CACHE_URL", "default"
};

struct LoadedJob {
  Job job;
  std::vector<EffectiveValue> effective;  ///< sorted by key
};

/// Reads, merges and checks. Throws ConfigError with every finding, sorted by place.
[[nodiscard]] FORAGE_API LoadedJob loadJob(const LoadOptions& options);

/// `text` without the secrets that URLs carry: "redis://user:***@host". For anything that is shown.
[[nodiscard]] FORAGE_API std::string redacted(std::string_view text);

/// `value` of the header field `name`, redacted; "***" where such a field carries a secret:
/// Authorization, cookies, tokens.
[[nodiscard]] FORAGE_API std::string redactedField(std::string_view name, std::string_view value);

/// The known word nearest to `word`, when it is near enough to be a typing error; "" otherwise.
[[nodiscard]] FORAGE_API std::string_view nearest(std::string_view word,
                                                  const std::vector<std::string_view>& known);

}  // namespace forage
