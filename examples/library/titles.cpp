// titles JOB.toml URL...: the titles of pages, from the cache of a job or from their servers.
#include <forage/config.h>
#include <forage/plugin_host.h>
#include <forage/runner.h>

#include <iostream>
#include <string>
#include <string_view>

namespace {

/// Takes every visit, in order of completion, on a thread of its own.
class TitleSink final : public forage::Sink {
 public:
  void accept(const forage::Visit& visit) override {
    if (!visit.succeeded()) {
      std::cout << visit.url << "\t(" << visit.failure.message << ")\n";
      return;
    }
    std::cout << visit.url << '\t' << titleOf(visit.content()) << "\t("
              << forage::toString(visit.outcome) << ")\n";
  }
  void close() override { std::cout.flush(); }

 private:
  static std::string_view titleOf(std::string_view page) {
    const std::size_t begin = page.find("<title>");
    const std::size_t end = page.find("</title>");
    if (begin == page.npos || end == page.npos || end < begin + 7) return "";
    return page.substr(begin + 7, end - begin - 7);
  }
};

int run(int count, char** arguments) {
  forage::LoadOptions options;
  options.files = {arguments[1]};
  options.require_groups = false;
  forage::Job job = forage::loadJob(options).job;
  forage::GroupSpec group;
  group.name = "titles";
  group.urls.assign(arguments + 2, arguments + count);
  job.groups = {group};

  const forage::SystemClock clock;
  forage::PluginHost host(job.plugin_path, clock);
  forage::RunParts parts = forage::assemble(job, host);
  parts.sinks.push_back(std::make_unique<TitleSink>());
  forage::Runner runner(job, std::move(parts), clock, nullptr);
  // A stop source of your own ends it early: request_stop(), from any thread.
  const forage::Report report = runner.run(std::stop_token());
  std::cout << report.totals.requests << " requests\n";
  return static_cast<int>(report.exit_code);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::cerr << "usage: titles JOB.toml URL...\n";
    return 2;
  }
  try {
    return run(count, arguments);
  } catch (const forage::Error& error) {  // a typing error in the job, a plugin that is not there
    std::cerr << "titles: " << error.displayText() << '\n';
    return 2;
  }
}
