// `forage check`: everything that can be wrong before the first request, and what a job comes to.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "command.h"
#include "forage/error.h"
#include "forage/plugin_host.h"
#include "forage/runner.h"
#include "job_options.h"
#include "numbers.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Reads job files as `forage run` does, loads the plugins they name, checks every option and "
    "every "
    "URL, and prints the effective configuration: each value, and where it came from. Connects to "
    "nothing and writes nothing. Exit code 2, and a line for each finding, where something is "
    "wrong.";

constexpr const char* kExamples =
    "  forage check job.toml\n"
    "  forage check job.toml --env test | grep '^cache'\n";

constexpr std::size_t kMaxValueWidth = 48;

CommandLine describe() {
  CommandLine line("forage check", "JOB.toml... [OPTION...]", kPurpose, kExamples);
  addJobOptions(line);
  return line;
}

/// Runs checks and keeps all that they find.
class Findings {
 public:
  void collect(const std::function<void()>& check) {
    try {
      check();
    } catch (const ConfigError& error) {
      all_.insert(all_.end(), error.findings().begin(), error.findings().end());
    }
  }
  [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
  void throwIfAny() {
    if (!all_.empty()) throw ConfigError(std::move(all_));
  }

 private:
  std::vector<std::string> all_;
};

std::string effectiveText(const std::vector<EffectiveValue>& values) {
  std::vector<std::string> settings;
  std::size_t width = 0;
  for (const EffectiveValue& value : values) {
    settings.push_back(value.key + " = " + value.value);
    if (settings.back().size() <= kMaxValueWidth) width = std::max(width, settings.back().size());
  }
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += printable(settings[i]);
    if (settings[i].size() < width) text.append(width - settings[i].size(), ' ');
    text += "  # " + printable(values[i].origin) + '\n';
  }
  return text;
}

int run(const Arguments& arguments, Context& context) {
  if (arguments.operands().empty()) throw UsageError("a job file is needed: forage check JOB.toml");
  const LoadedJob loaded = loadJob(loadOptionsOf(arguments, arguments.operands()));
  const SystemClock clock;
  PluginHost plugins(loaded.job.plugin_path, clock);
  Findings findings;
  std::uint64_t urls = 0;
  findings.collect([&] { plugins.checkTables(loaded.job); });
  if (findings.empty()) {  // what a plugin itself refuses; making one connects nowhere
    findings.collect([&] { (void)plugins.makeCache(loaded.job.cache.plugin); });
    findings.collect([&] { (void)plugins.makeFetcher(loaded.job.fetch.plugin); });
    if (loaded.job.cache.fallback) {
      findings.collect([&] { (void)plugins.makeCache(*loaded.job.cache.fallback); });
    }
    if (loaded.job.cache.near) {
      findings.collect([&] { (void)plugins.makeCache(*loaded.job.cache.near); });
    }
  }
  findings.collect([&] { urls = checkLists(loaded.job); });
  findings.throwIfAny();
  context.terminal.print(effectiveText(loaded.effective));
  const std::size_t groups = loaded.job.groups.size();
  context.terminal.print("\nok: " + grouped(groups) + (groups == 1 ? " group, " : " groups, ") +
                         grouped(urls) + (urls == 1 ? " URL listed\n" : " URLs listed\n"));
  return 0;
}

}  // namespace

const Command kCheckCommand{"check", "validate a job file, and show what it comes to", describe,
                            run};

}  // namespace forage::app
