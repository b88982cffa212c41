// A temporary folder of job files, and what loadJob makes of them. Each test has its own; the
// environment is what the test says and nothing else.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forage/config.h"
#include "forage/error.h"

namespace forage::test {

class JobFolder {
 public:
  JobFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "forage-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
  }
  ~JobFolder() {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }
  JobFolder(const JobFolder&) = delete;
  JobFolder& operator=(const JobFolder&) = delete;

  std::filesystem::path write(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = folder_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

  /// Options that load job.toml with this text; groups are not required.
  LoadOptions options(std::string_view text) const {
    LoadOptions options;
    options.files = {write("job.toml", text)};
    options.require_groups = false;
    options.environment = [this](std::string_view name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      if (found == environment.end()) return std::nullopt;
      return found->second;
    };
    return options;
  }

  LoadedJob load(std::string_view text) const { return loadJob(options(text)); }

  /// What is wrong, without the folder in front of file names. Empty when nothing is.
  std::vector<std::string> findings(const LoadOptions& options) const {
    try {
      static_cast<void>(loadJob(options));
      return {};
    } catch (const ConfigError& error) {
      std::vector<std::string> lines = error.findings();
      for (std::string& line : lines) line = withoutFolder(std::move(line));
      return lines;
    }
  }
  std::vector<std::string> findings(std::string_view text) const { return findings(options(text)); }

  std::string withoutFolder(std::string text) const {
    const std::string prefix = folder_.string() + "/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
      text.erase(at, prefix.size());
    }
    return text;
  }

  /// "VALUE <- ORIGIN" of one key of the effective configuration; "" when it is not in it.
  std::string effective(const LoadedJob& loaded, std::string_view key) const {
    for (const EffectiveValue& value : loaded.effective) {
      if (value.key == key) return withoutFolder(value.value + " <- " + value.origin);
    }
    return {};
  }

  const std::filesystem::path& path() const { return folder_; }

  std::map<std::string, std::string, std::less<>> environment;

 private:
  std::filesystem::path folder_;
};

}  // namespace forage::test
