// `forage pipe`: a co-process for programs in any language: requests in, responses out, through the
// cache of a job.
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "command.h"
#include "forage/runner.h"
#include "job_options.h"
#include "pipe_sink.h"
#include "pipe_source.h"
#include "signal_watch.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr std::size_t kParallel = 64;  // unless the job says otherwise

constexpr const char* kPurpose =
    "Answers requests of another program, through the cache and under the options of a job, whose "
    "groups and sinks are left alone. A request is a line of JSON on standard input, its answer a "
    "line on standard output; answers come in any order, as soon as they are there. It ends when "
    "standard input ends and everything has been answered.";

constexpr const char* kExamples =
    "  echo '{\"id\":1,\"url\":\"https://example.org/\"}' | forage pipe job.toml\n"
    "\n"
    "Requests:  {\"id\":1, \"url\":\"...\", \"method\":\"GET\", "
    "\"headers\":[[\"name\",\"value\"]],\n"
    "            \"body\":\"...\" or \"body_b64\":\"...\", \"redirect\":\"manual\" or \"follow\"}\n"
    "           All but url may be left out; redirects are not followed unless asked for.\n"
    "Answers:   {\"id\":1, \"status\":200, \"reason\":\"OK\", \"headers\":[[\"name\",\"value\"]],\n"
    "            \"body_b64\":\"...\", \"outcome\":\"hit\", \"cache_status\":\"forage; hit; "
    "ttl=60\"}\n"
    "        or {\"id\":1, \"error\":\"...\", \"kind\":\"timeout\"}\n"
    "\n"
    "Bodies come without their content coding. Up to 64 requests are in flight, and up to 64 of\n"
    "one host, unless the job has parallel_max and parallel_max_host. All of it: docs/pipe.md.\n";

CommandLine describe() {
  CommandLine line("forage pipe", "[JOB.toml...] [OPTION...]", kPurpose, kExamples);
  addModeOptions(addJobOptions(line));
  return line;
}

/// Shows only what no answer tells: that the cache is away, or back.
class Notices final : public RunObserver {
 public:
  explicit Notices(Terminal& terminal) : terminal_(terminal) {}
  void notice(std::string_view text) noexcept override { terminal_.notice(text); }

 private:
  Terminal& terminal_;
};

bool isDefault(const LoadedJob& loaded, std::string_view key) {
  return std::none_of(
      loaded.effective.begin(), loaded.effective.end(),
      [key](const EffectiveValue& one) { return one.key == key && one.origin != "default"; });
}

Job jobOf(const Arguments& arguments, RequestSource& requests) {
  LoadOptions options = loadOptionsOf(arguments, arguments.operands());
  options.require_groups = false;
  LoadedJob loaded = loadJob(options);
  Job job = std::move(loaded.job);
  if (isDefault(loaded, "fetch.parallel_max")) job.fetch.parallel_max = kParallel;
  if (isDefault(loaded, "fetch.parallel_max_host")) job.fetch.parallel_max_host = kParallel;
  if (isDefault(loaded, "fetch.retry")) job.fetch.retry = 0;  // the program sees each failure
  job.cache.mode = modeOf(arguments);
  GroupSpec group;
  group.name = "pipe";
  group.requests = &requests;
  job.groups = {std::move(group)};
  job.sinks.clear();
  return job;
}

int run(const Arguments& arguments, Context& context) {
  context.terminal.logToErrors();
  PipeOutput output(STDOUT_FILENO);
  PipeSource requests(STDIN_FILENO, [&output](const std::string& id, const std::string& why) {
    output.refuse(id, why, "malformed");
  });
  const Job job = jobOf(arguments, requests);
  const SystemClock clock;
  PluginHost plugins(job.plugin_path, clock);
  RunParts parts = assemble(job, plugins);
  parts.sinks.push_back(std::make_unique<PipeSink>(output));
  Notices notices(context.terminal);
  Runner runner(job, std::move(parts), clock, &notices);
  const Report report = runner.run(context.signals.token());
  for (const std::string& id : requests.close()) {
    output.refuse(id, "the run was stopped", toString(ErrorKind::kCancelled));
  }
  return static_cast<int>(report.interrupted ? ExitCode::kInterrupted : ExitCode::kSuccess);
}

}  // namespace

const Command kPipeCommand{"pipe", "answer the requests of another program", describe, run};

}  // namespace forage::app
