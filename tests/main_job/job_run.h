// Runs of the command on jobs that a test writes, with the report that comes out.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/temporary_folder.h"

namespace forage::test {

struct JobResult {
  ProcessResult process;
  nlohmann::json report;
  double seconds = 0;

  [[nodiscard]] std::uint64_t total(const std::string& name) const {
    return report.at("totals").at(name);
  }
};

inline std::size_t countOf(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

/// A folder with job files, and the command.
class JobFolder {
 public:
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = folder_.path() / name;
    std::ofstream(file) << text;
    return file;
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path(); }

  /// Starts `forage run job.toml` with more arguments.
  [[nodiscard]] std::unique_ptr<Process> start(std::vector<std::string> more = {}) const {
    ProcessSpec spec;
    spec.command = {std::string(FORAGE_BUILD_DIR) + "/apps/forage/forage",
                    "run",
                    "job.toml",
                    "--report",
                    "report.json",
                    "--set",
                    "fetch.retry=0",
                    "--set",
                    "polite.throttle=false"};
    spec.command.insert(spec.command.end(), more.begin(), more.end());
    spec.folder = folder_.path();
    started_ = std::chrono::steady_clock::now();
    return std::make_unique<Process>(spec);
  }

  /// Waits for its end and reads its report.
  [[nodiscard]] JobResult finish(Process& process) const {
    JobResult result;
    result.process = process.wait();
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    std::ifstream in(folder_.path() / "report.json");
    std::stringstream text;
    text << in.rdbuf();
    EXPECT_FALSE(text.str().empty()) << result.process.out << result.process.err;
    result.report = nlohmann::json::parse(text.str(), nullptr, false);
    return result;
  }

  [[nodiscard]] JobResult run(std::vector<std::string> more = {}) const {
    const auto process = start(std::move(more));
    return finish(*process);
  }

 private:
  TemporaryFolder folder_;
  mutable std::chrono::steady_clock::time_point started_;
};

}  // namespace forage::test
