// `forage demo`: the tutorial's fifteen URLs against a server of our own, cold and then warm.
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "command.h"
#include "console.h"
#include "forage/runner.h"
#include "forage/units.h"
#include "numbers.h"
#include "origin/origin_server.h"
#include "signal_watch.h"
#include "summary.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Visits the fifteen URLs of the tutorial that Forage grew from, three groups that overlap on "
    "purpose, against a built-in server whose /delay/N takes N units of time: first with an empty "
    "cache in memory, then with what that holds. Needs no network, and succeeds only if every URL "
    "does, twice.";

constexpr const char* kExamples =
    "  forage demo\n"
    "  forage demo --parallel-max 1   one fetch at a time in each group, as the tutorial does: 33 "
    "units\n"
    "  forage demo --unit 1s          at the tutorial's own pace\n";

// The delays of the tutorial's three groups. Eleven are distinct.
constexpr std::array<std::array<int, 5>, 3> kDelays{
    {{1, 4, 2, 5, 3}, {5, 6, 7, 2, 8}, {3, 9, 10, 4, 11}}};
constexpr int kUrls = 15;
constexpr int kTutorialUnits = 33;  // its third group: 3 + 9 + 10 + 11, its 4 being in the cache
constexpr int kLongest = 11;

CommandLine describe() {
  CommandLine line("forage demo", "[OPTION...]", kPurpose, kExamples);
  line.option("unit", "", "DURATION",
              "what one unit of delay takes; 100ms, a tenth of the tutorial's")
      .number("parallel-max", "N", 1, 1000, "fetches under way at once in each group; 8");
  return line;
}

Millis unitOf(const Arguments& arguments) {
  const std::string text = arguments.value("unit", "100ms");
  const auto unit = parseDuration(text);
  if (!unit || *unit < Millis(1) || *unit > std::chrono::minutes(1)) {
    throw UsageError("--unit " + text + ": wants a duration from 1ms to 60s, such as 100ms");
  }
  return *unit;
}

Job demoJob(const OriginServer& origin, const Arguments& arguments, Millis unit) {
  Job job;
  job.name = "demo";
  job.cache.fallback.reset();
  job.fetch.parallel_max = std::stoul(arguments.value("parallel-max", "8"));
  job.fetch.parallel_max_host = 1000;  // the server is our own: no politeness is due
  job.fetch.limits.max_time = Millis(30'000) + unit * kLongest;
  for (const auto& delays : kDelays) {
    GroupSpec group;
    group.name = "Thread-" + std::to_string(job.groups.size() + 1);
    for (const int delay : delays) {
      group.urls.push_back(origin.url() + "/delay/" + std::to_string(delay));
    }
    job.groups.push_back(std::move(group));
  }
  return job;
}

bool allSucceeded(const Report& report) {
  return report.totals.urls == kUrls && report.totals.failed == 0 && report.totals.blocked == 0;
}

std::string comparison(const Report& cold, const Report& warm, Millis unit) {
  const double seconds = std::chrono::duration<double>(unit).count();
  const auto row = [seconds](const std::string& name, const std::string& requests, double wall) {
    std::string text = "  " + name + std::string(26 - name.size(), ' ');
    text += std::string(8 - requests.size(), ' ') + requests;
    const std::string time = secondsText(wall);
    text += std::string(11 - std::min<std::size_t>(time.size(), 11), ' ') + time;
    const std::string units = grouped(static_cast<std::uint64_t>(wall / seconds + 0.5));
    return text + std::string(6 - std::min<std::size_t>(units.size(), 6), ' ') + units + " units\n";
  };
  return "\nRequests and time, a unit being " + formatDuration(unit) + ":\n" +
         row("the tutorial's schedule", "11-15", kTutorialUnits * seconds) +
         row("the longest single delay", "", kLongest * seconds) +
         row("this run, cold", grouped(cold.totals.requests), cold.wall_seconds) +
         row("this run, warm", grouped(warm.totals.requests), warm.wall_seconds);
}

Report visitAll(Runner& runner, const std::stop_token& stop, Terminal& terminal,
                const std::string& title) {
  terminal.log(title);
  return runner.run(stop);
}

int run(const Arguments& arguments, Context& context) {
  if (!arguments.operands().empty()) {
    throw UsageError("forage demo takes options only, not \"" + arguments.operands()[0] + "\"");
  }
  const Millis unit = unitOf(arguments);
  OriginServer origin(OriginOptions{.delay_unit = unit});
  origin.start();
  const Job job = demoJob(origin, arguments, unit);
  const SystemClock clock;
  PluginHost plugins({}, clock);
  Console console(context.terminal, Console::Detail::kVerbose);
  Runner runner(job, assemble(job, plugins), clock, &console);
  const std::stop_token stop = context.signals.token();

  const Report cold = visitAll(runner, stop, context.terminal, "With an empty cache:\n");
  console.printResults(cold.totals.urls);
  context.terminal.log(summaryOf(cold));
  if (cold.interrupted) return static_cast<int>(ExitCode::kInterrupted);
  const Report warm =
      visitAll(runner, stop, context.terminal, "\nAgain, with what it holds now:\n");
  console.printResults(warm.totals.urls);
  context.terminal.log(summaryOf(warm) + comparison(cold, warm, unit));
  if (allSucceeded(cold) && allSucceeded(warm)) return 0;
  const ExitCode code = worse(cold.exit_code, warm.exit_code);
  return static_cast<int>(code == ExitCode::kSuccess ? ExitCode::kGeneric : code);
}

}  // namespace

const Command kDemoCommand{"demo", "fifteen URLs against a built-in server, cold and then warm",
                           describe, run};

}  // namespace forage::app
