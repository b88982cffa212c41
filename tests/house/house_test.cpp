// The rules of the house (docs/architecture.md, Floors): who may include what.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Include {
  fs::path file;     // relative to the source folder
  std::string name;  // as written
  bool quoted;
};

std::vector<Include> includesBelow(const std::string& folder) {
  static const std::regex line(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  const fs::path root = FORAGE_SOURCE_DIR;
  std::vector<Include> includes;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    const auto suffix = entry.path().extension();
    if (suffix != ".h" && suffix != ".cpp") continue;
    std::ifstream in(entry.path());
    std::string text;
    std::smatch match;
    while (std::getline(in, text)) {
      if (!std::regex_search(text, match, line)) continue;
      includes.push_back({fs::relative(entry.path(), root), match[2], match[1] == "\""});
    }
  }
  return includes;
}

bool startsWith(const std::string& text, const std::string& start) {
  return text.rfind(start, 0) == 0;
}

TEST(House, PublicHeadersShowTheStandardLibraryAndPocoExceptionOnly) {
  const auto includes = includesBelow("framework/include");
  ASSERT_FALSE(includes.empty());
  for (const Include& one : includes) {
    const bool standard = !one.quoted && one.name.find_first_of("/.") == std::string::npos;
    const bool ours = one.quoted && startsWith(one.name, "forage/");
    EXPECT_TRUE(standard || ours || one.name == "Poco/Exception.h")
        << one.file << " includes " << one.name;
  }
}

TEST(House, AFileOfTheFrameworkIncludesItsOwnFloorAndLowerOnes) {
  const std::map<std::string, int> floors{{"model", 1},  {"fetch", 2},  {"config", 3},
                                          {"plugin", 3}, {"report", 3}, {"http", 4},
                                          {"store", 5},  {"visit", 6},  {"run", 7}};
  for (const Include& one : includesBelow("framework/src")) {
    if (!one.quoted || startsWith(one.name, "forage/")) continue;
    const std::string own = std::next(one.file.begin(), 2)->string();
    ASSERT_TRUE(floors.contains(own)) << "a folder without a floor: " << own;
    const std::string other = one.name.substr(0, one.name.find('/'));
    if (!floors.contains(other)) continue;  // beside the file
    EXPECT_LE(floors.at(other), floors.at(own)) << one.file << " includes " << one.name;
  }
}

TEST(House, PluginsSeeThePublicHeadersOfThePlugPointsOnly) {
  const std::vector<std::string> hidden{"forage/config.h", "forage/plugin_host.h",
                                        "forage/runner.h", "forage/report.h",
                                        "forage/job.h",    "forage/metrics.h"};
  for (const Include& one : includesBelow("plugins")) {
    for (const std::string& header : hidden) {
      EXPECT_NE(one.name, header) << one.file << " includes " << one.name;
    }
    for (const std::string folder : {"model/", "http/", "store/", "visit/", "run/", "config/"}) {
      EXPECT_FALSE(one.quoted && startsWith(one.name, folder) &&
                   !startsWith(one.file.string(), "plugins/" + folder))
          << one.file << " includes " << one.name;
    }
  }
}

TEST(House, EachThirdPartyHeaderHasOneHome) {
  struct Home {
    std::string header;
    std::vector<std::string> folders;
  };
  const std::vector<Home> homes{
      {"toml++/", {"framework/src/config/"}},
      {"Poco/SharedLibrary.h", {"framework/src/plugin/"}},
      {"hiredis/", {"plugins/redis/"}},
      {"openssl/", {"plugins/net/", "plugins/warc/"}},
      {"ares.h", {"plugins/net/"}},
      {"curl/", {"plugins/curl/"}},
      {"boost/url", {"framework/src/model/"}},
      {"idn2.h", {"framework/src/model/"}},
      {"zlib.h", {"framework/src/http/", "apps/origin/", "plugins/warc/"}},
      {"brotli/", {"framework/src/http/", "apps/origin/"}},
      {"zstd.h", {"framework/src/http/", "apps/origin/"}},
      {"Poco/Net/", {"plugins/", "apps/"}},
      {"Poco/TaskManager.h", {"framework/src/run/"}},
  };
  for (const std::string folder : {"framework", "plugins", "apps"}) {
    for (const Include& one : includesBelow(folder)) {
      for (const Home& home : homes) {
        if (!startsWith(one.name, home.header)) continue;
        bool at_home = false;
        for (const std::string& place : home.folders) {
          at_home = at_home || startsWith(one.file.string(), place);
        }
        EXPECT_TRUE(at_home) << one.file << " includes " << one.name;
      }
    }
  }
}

TEST(House, EveryHeaderIsIncludedOnce) {
  for (const std::string folder : {"framework", "plugins", "apps", "tests"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(FORAGE_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".h") continue;
      std::ifstream in(entry.path());
      const std::string text((std::istreambuf_iterator<char>(in)),
                             std::istreambuf_iterator<char>());
      EXPECT_NE(text.find("#pragma once"), std::string::npos) << entry.path();
    }
  }
}

}  // namespace
