// The keys that are accepted, those that docs/job-file.md describes and those that a Job takes its
// defaults from are the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/schema.h"
#include "job_folder.h"

namespace forage {
namespace {

using config::KeySpec;
using config::Type;
using test::JobFolder;

struct Documented {
  std::string type;
  std::string fallback;
};

/// The cells of a row of a table: "| `cache.url` | text | `"x"` | ..."; nothing for other lines.
std::vector<std::string> cellsOf(std::string line) {
  std::vector<std::string> cells;
  if (!line.starts_with("| `")) return cells;
  std::erase(line, '`');
  for (std::size_t at = 1, end = line.find('|', at); end != std::string::npos;
       at = end + 1, end = line.find('|', at)) {
    const std::string_view cell = std::string_view(line).substr(at, end - at);
    const std::size_t first = std::min(cell.find_first_not_of(' '), cell.size());
    cells.emplace_back(cell.substr(first, cell.find_last_not_of(' ') + 1 - first));
  }
  return cells;
}

/// The tables of keys in docs/job-file.md.
std::map<std::string, Documented> documentedKeys() {
  std::ifstream file(FORAGE_SOURCE_DIR "/docs/job-file.md");
  EXPECT_TRUE(file);
  std::map<std::string, Documented> keys;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> cells = cellsOf(line);
    if (cells.size() < 4) continue;
    EXPECT_TRUE(keys.try_emplace(cells[0], Documented{cells[1], cells[2]}).second) << cells[0];
  }
  return keys;
}

std::string wordOf(Type type) {
  switch (type) {
    case Type::kText:
    case Type::kUrlPattern:
    case Type::kRate:
      return "text";
    case Type::kFlag:
      return "flag";
    case Type::kChoice:
      return "choice";
    case Type::kFlagOrDuration:
      return "flag or duration";
    case Type::kName:
      return "plugin";
    case Type::kInteger:
      return "integer";
    case Type::kDuration:
      return "duration";
    case Type::kSize:
      return "size";
    case Type::kTexts:
    case Type::kFields:
      return "list of texts";
    case Type::kPaths:
      return "text or list";
    case Type::kCodes:
      return "list of integers";
  }
  return "";
}

TEST(KnownKeys, AreTheDocumentedOnes) {
  const std::map<std::string, Documented> documented = documentedKeys();
  for (const KeySpec& spec : config::schema()) {
    const auto found = documented.find(std::string(spec.key));
    ASSERT_NE(found, documented.end()) << spec.key << " is accepted but not documented";
    EXPECT_EQ(found->second.type, wordOf(spec.type)) << spec.key;
    EXPECT_EQ(found->second.fallback, spec.fallback) << spec.key;
  }
  EXPECT_EQ(documented.size(), config::schema().size()) << "a documented key is not accepted";
}

std::string describe(const Job& job) {
  std::string text = job.cache.plugin.name + " " + job.cache.key_prefix + " " +
                     (job.cache.fallback ? job.cache.fallback->name : "none") + " " +
                     (job.cache.near ? job.cache.near->name : "none") + " ";
  for (const int code : job.cache.allowable_codes) text += std::to_string(code) + " ";
  for (const std::int64_t number : {std::int64_t(job.cache.policy),
                                    std::int64_t{job.cache.expire_after.count()},
                                    std::int64_t{job.cache.stale_if_error.count()},
                                    std::int64_t{job.cache.stale_while_revalidate.count()},
                                    std::int64_t{job.cache.ttl_offset.count()},
                                    std::int64_t(job.cache.min_size),
                                    std::int64_t(job.cache.content_types.size()),
                                    std::int64_t(job.cache.forbidden_patterns.size()),
                                    std::int64_t(job.cache.ignored_parameters.size()),
                                    std::int64_t(job.cache.match_headers.size()),
                                    std::int64_t(job.cache.queue_max),
                                    std::int64_t{job.cache.lease_wait.count()},
                                    std::int64_t{job.cache.retry_period.count()},
                                    std::int64_t(job.fetch.parallel_max),
                                    std::int64_t(job.fetch.parallel_max_host),
                                    std::int64_t{job.fetch.limits.connect_timeout.count()},
                                    std::int64_t{job.fetch.limits.max_time.count()},
                                    std::int64_t(job.fetch.limits.max_filesize),
                                    std::int64_t(job.fetch.limits.max_header_bytes),
                                    std::int64_t{job.fetch.max_redirs},
                                    std::int64_t{job.fetch.public_only.has_value()},
                                    std::int64_t(job.fetch.limits.speed_limit),
                                    std::int64_t{job.fetch.limits.speed_time.count()},
                                    std::int64_t{job.fetch.retry},
                                    std::int64_t{job.fetch.retry_delay.count()},
                                    std::int64_t{job.fetch.retry_max_time.count()},
                                    std::int64_t(job.fetch.retry_codes.size()),
                                    std::int64_t{job.polite.delay.count()},
                                    std::int64_t(job.polite.target_concurrency),
                                    std::int64_t{job.polite.throttle},
                                    std::int64_t{job.polite.robots.has_value()},
                                    std::int64_t(job.run.max_threads),
                                    std::int64_t{job.run.grace_period.count()}}) {
    text += std::to_string(number) + " ";
  }
  return text + job.fetch.plugin.name;
}

TEST(KnownKeys, HaveTheDefaultsOfAJob) {
  JobFolder folder;
  std::string toml;
  for (const KeySpec& spec : config::schema()) {
    if (!spec.fallback.empty()) {
      toml += std::string(spec.key) + " = " + std::string(spec.fallback) + "\n";
    }
  }
  EXPECT_EQ(describe(folder.load(toml).job), describe(Job{}));
}

TEST(KnownKeys, AreInTheEffectiveConfigurationWithTheirDefaults) {
  JobFolder folder;
  const LoadedJob loaded = folder.load("");
  for (const KeySpec& spec : config::schema()) {
    if (spec.fallback.empty() || spec.key == "polite.user_agent") continue;
    EXPECT_EQ(folder.effective(loaded, spec.key), std::string(spec.fallback) + " <- default");
  }
}

/// The examples of the guide, each block by itself: what is shown there works.
TEST(JobFileGuide, ShowsOnlyWhatIsAccepted) {
  std::ifstream file(FORAGE_SOURCE_DIR "/docs/job-file.md");
  JobFolder folder;
  folder.environment = {{"REDIS_URL", "redis://localhost"}, {"PARALLEL", "4"}};
  folder.write("catalogue.txt", "");
  folder.write("links.txt", "");
  std::string block;
  bool inside = false;
  int blocks = 0;
  for (std::string line; std::getline(file, line);) {
    if (inside && line == "```") {
      EXPECT_THAT(folder.findings(block), testing::IsEmpty()) << block;
      inside = false;
      ++blocks;
    } else if (inside) {
      block += line + "\n";
    } else if (line == "```toml") {
      inside = true;
      block.clear();
    }
  }
  EXPECT_GE(blocks, 5);
}

}  // namespace
}  // namespace forage
