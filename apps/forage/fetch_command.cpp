// `forage fetch`: some URLs, now, through the cache of a job; bodies to standard output.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "body_sink.h"
#include "command.h"
#include "forage/runner.h"
#include "forage/url.h"
#include "job_options.h"
#include "signal_watch.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Fetches URLs and writes their bodies to standard output, in the order given, content codings "
    "removed. With --job they go through the cache of that job and under its options; its groups "
    "and "
    "sinks are left alone. The body of a failure is not written; the failure goes to standard "
    "error "
    "and into the exit code.";

constexpr const char* kExamples =
    "  forage fetch https://example.org/                      the page\n"
    "  forage fetch -i https://example.org/                   with its header\n"
    "  forage fetch --job job.toml https://example.org/ -O a  through the cache of the job\n";

CommandLine describe() {
  CommandLine line("forage fetch", "URL... [OPTION...]", kPurpose, kExamples);
  line.option("job", "", "FILE", "use the cache and the options of this job file");
  addModeOptions(addJobOptions(line))
      .flag("include", "i", "write the status line and the header before each body")
      .option("output", "o", "FILE", "append to FILE instead of writing to standard output")
      .option("overwrite", "O", "FILE", "as -o, but start FILE anew");
  return line;
}

/// Where the bodies go: a file, or standard output.
class Output {
 public:
  Output(const Arguments& arguments, Terminal& terminal) : terminal_(terminal) {
    if (arguments.has("output") && arguments.has("overwrite")) {
      throw UsageError("-o and -O contradict each other");
    }
    const bool anew = arguments.has("overwrite");
    path_ = anew ? arguments.value("overwrite") : arguments.value("output", "-");
    if (path_ == "-") return;
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (anew ? O_TRUNC : O_APPEND), 0666);
    if (fd_ < 0) throw UsageError(path_ + ": " + std::generic_category().message(errno));
  }
  ~Output() {
    if (fd_ >= 0) ::close(fd_);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view bytes) {
    if (fd_ < 0) return terminal_.print(bytes);
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) {
        throw SinkError(path_ + ": cannot be written: " + std::generic_category().message(errno));
      }
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  Terminal& terminal_;
  std::string path_;
  int fd_ = -1;
};

/// Shows only what no sink is told: that the cache is away, or back.
class Notices final : public RunObserver {
 public:
  explicit Notices(Terminal& terminal) : terminal_(terminal) {}
  void notice(std::string_view text) noexcept override { terminal_.notice(text); }

 private:
  Terminal& terminal_;
};

Job jobOf(const Arguments& arguments) {
  std::vector<std::string> files;
  if (arguments.has("job")) files.push_back(arguments.value("job"));
  LoadOptions options = loadOptionsOf(arguments, files);
  options.require_groups = false;
  const CacheMode mode = modeOf(arguments);
  Job job = loadJob(options).job;
  job.cache.mode = mode;
  GroupSpec group;
  group.name = "fetch";
  group.urls = arguments.operands();
  job.groups = {std::move(group)};
  job.sinks.clear();
  return job;
}

int run(const Arguments& arguments, Context& context) {
  if (arguments.operands().empty()) throw UsageError("a URL is needed: forage fetch URL");
  for (const std::string& url : arguments.operands()) {
    std::string why;
    const std::optional<Url> parsed = Url::parse(url, &why);
    if (parsed && !parsed->userInfo().empty()) why = "user and password in a URL are not supported";
    if (!why.empty()) throw UsageError(redacted(url) + ": " + why);
  }
  const Job job = jobOf(arguments);
  const SystemClock clock;
  PluginHost plugins(job.plugin_path, clock);
  RunParts parts = assemble(job, plugins);
  Output output(arguments, context.terminal);
  parts.sinks.push_back(std::make_unique<BodySink>(
      [&output](std::string_view bytes) { output.write(bytes); },
      [&context](std::string_view line) { context.terminal.notice(line); },
      arguments.has("include")));
  Notices notices(context.terminal);
  Runner runner(job, std::move(parts), clock, &notices);
  return static_cast<int>(runner.run(context.signals.token()).exit_code);
}

}  // namespace

const Command kFetchCommand{"fetch", "fetch some URLs, through the cache of a job", describe, run};

}  // namespace forage::app
