// `forage run`: visits every URL of a job.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "command.h"
#include "console.h"
#include "descriptor_limit.h"
#include "forage/runner.h"
#include "job_options.h"
#include "numbers.h"
#include "output_option.h"
#include "progress.h"
#include "report_file.h"
#include "signal_watch.h"
#include "summary.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Visits every URL of every [[group]] of the job. What the cache holds is not fetched again; "
    "what "
    "two groups ask for is fetched once. Several job files are merged in order. A first SIGINT or "
    "SIGTERM stops gracefully, another half a second later at once.";

constexpr const char* kExamples =
    "  forage run job.toml                                   the job as it stands\n"
    "  forage run job.toml --env test                        with its table [env.test] laid over "
    "it\n"
    "  forage run job.toml --set cache.url=redis://db:6379   with one value changed\n"
    "  forage run job.toml --offline                         from what the cache holds, no "
    "request\n"
    "  forage run job.toml -o pages.jsonl --report run.json  results and numbers for programs\n"
    "  forage run job.toml -q -O - | jq -r .url              results down a pipe\n"
    "\n"
    "The exit code tells what went wrong, 0 that every URL succeeded: docs/operations.md.\n";

CommandLine describe() {
  CommandLine line("forage run", "JOB.toml... [OPTION...]", kPurpose, kExamples);
  addOutputOptions(addModeOptions(addJobOptions(line)))
      .option("report", "", "FILE",
              "write what the run did as JSON, whole or not at all; \"-\" is standard output")
      .flag("quiet", "q", "no log and no totals; problems are still told")
      .flag("verbose", "v", "a line for every URL, not only for the first 100")
      .flag("progress", "", "show the progress line or lines even with --quiet")
      .flag("no-progress", "", "never show it");
  return line;
}

Console::Detail detailOf(const Arguments& arguments) {
  if (arguments.has("quiet") && arguments.has("verbose")) {
    throw UsageError("--quiet and --verbose contradict each other");
  }
  if (arguments.has("quiet")) return Console::Detail::kQuiet;
  return arguments.has("verbose") ? Console::Detail::kVerbose : Console::Detail::kNormal;
}

bool wantsProgress(const Arguments& arguments) {
  if (arguments.has("progress") && arguments.has("no-progress")) {
    throw UsageError("--progress and --no-progress contradict each other");
  }
  return arguments.has("progress") || (!arguments.has("no-progress") && !arguments.has("quiet"));
}

/// Says so where one group alone could have more fetches in flight than there are descriptors.
void checkDescriptors(const Job& job, Terminal& terminal) {
  constexpr std::size_t kOthers = 32;  // the process's own
  std::size_t most = 0;
  for (const GroupSpec& group : job.groups) {
    most = std::max(most, group.parallel_max.value_or(job.fetch.parallel_max));
  }
  const std::size_t limit = descriptorLimit();
  if (most + kOthers <= limit) return;
  terminal.notice("parallel_max allows " + grouped(most) + " fetches at once, but only " +
                  grouped(limit) +
                  " files may be open: the others wait (raise the limit with ulimit -n)");
}

int run(const Arguments& arguments, Context& context) {
  if (arguments.operands().empty()) throw UsageError("a job file is needed: forage run JOB.toml");
  const Console::Detail detail = detailOf(arguments);
  const bool with_progress = wantsProgress(arguments);
  const CacheMode mode = modeOf(arguments);
  std::vector<PluginUse> outputs = sinksOf(arguments);
  Job job = loadJob(loadOptionsOf(arguments, arguments.operands())).job;
  job.cache.mode = mode;
  job.sinks.insert(job.sinks.end(), outputs.begin(), outputs.end());
  std::optional<ReportFile> report_file;
  if (arguments.has("report")) report_file.emplace(arguments.value("report"), context.terminal);
  if (writesToStandardOutput(job.sinks) || arguments.value("report") == "-") {
    context.terminal.logToErrors();
  }

  const SystemClock clock;
  PluginHost plugins(job.plugin_path, clock);
  Console console(context.terminal, detail);
  checkDescriptors(job, context.terminal);
  Runner runner(job, assemble(job, plugins), clock, &console);
  std::optional<Progress> progress;
  if (with_progress) {
    progress.emplace([&runner]() -> const Metrics& { return runner.metrics(); }, context.terminal);
  }
  const Report report = runner.run(context.signals.token());
  progress.reset();
  console.printResults(report.totals.urls);
  if (detail != Console::Detail::kQuiet) context.terminal.log(summaryOf(report));
  if (report_file) report_file->write(report.toJson());
  return static_cast<int>(report.exit_code);
}

}  // namespace

const Command kRunCommand{"run", "visit every URL of a job", describe, run};

}  // namespace forage::app
