// Runs the real command of this build in a folder of the test's own, with a clean environment.
#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/process.h"
#include "support/temporary_folder.h"

namespace forage::test {

class ForageCommand {
 public:
  /// How to start `forage ARGS...` in the folder.
  [[nodiscard]] ProcessSpec spec(const std::vector<std::string>& args) const {
    ProcessSpec spec;
    spec.command = {FORAGE_BUILD_DIR "/apps/forage/forage"};
    spec.command.insert(spec.command.end(), args.begin(), args.end());
    spec.without = {"FORAGE_CACHE_URL", "FORAGE_PLUGIN_PATH", "NO_COLOR"};
    spec.environment = environment;
    spec.folder = folder.path();
    return spec;
  }
  [[nodiscard]] ProcessResult run(const std::vector<std::string>& args) const {
    return runProcess(spec(args));
  }

  void write(const std::string& file, std::string_view text) const {
    std::ofstream(folder.path() / file, std::ios::binary) << text;
  }
  [[nodiscard]] std::string read(const std::string& file) const {
    std::ifstream in(folder.path() / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] nlohmann::json readJson(const std::string& file) const {
    return nlohmann::json::parse(read(file), nullptr, false);
  }

  TemporaryFolder folder;
  std::map<std::string, std::string> environment;
};

/// A job file of one group.
inline std::string jobOf(const std::vector<std::string>& urls, const std::string& head = {}) {
  std::string text = head + "\n[[group]]\nname = \"first\"\nurls = [";
  for (const std::string& url : urls) text += "\n  \"" + url + "\",";
  return text + "\n]\n";
}

/// How often `word` stands in `text`.
inline std::size_t countOf(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + word.size())) {
    ++count;
  }
  return count;
}

}  // namespace forage::test
