#include "forage/plugin_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace forage {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class PluginHostTest : public testing::Test {
 protected:
  PluginHostTest() {
    ::unsetenv("FORAGE_PLUGIN_PATH");
    std::string name = (fs::temp_directory_path() / "forage-plugins-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~PluginHostTest() override { fs::remove_all(folder_); }

  /// What load() says of a plugin that cannot be used, without the folder.
  std::string refusal(PluginHost& host, std::string_view name) {
    try {
      static_cast<void>(host.load(name));
      return "";
    } catch (const PluginError& error) {
      std::string text = error.message();
      const std::string folder = std::string(TEST_PLUGINS) + "/";
      if (const auto at = text.find(folder); at != text.npos) text.erase(at, folder.size());
      return text;
    }
  }
  std::string refusal(std::string_view name) {
    PluginHost host = makeHost();
    return refusal(host, name);
  }

  PluginHost makeHost() const { return PluginHost({TEST_PLUGINS}, clock_); }

  static PluginUse use(std::string name, Settings::Values values = {}) {
    const std::string section = "cache." + name;
    return {std::move(name), Settings(section, std::move(values)), "job.toml:2:10", {}};
  }

  SystemClock clock_;
  fs::path folder_;
};

TEST_F(PluginHostTest, LoadsAPluginOnce) {
  PluginHost host = makeHost();
  const PluginInfo& info = host.load("fine");
  EXPECT_STREQ(info.name, "fine");
  EXPECT_EQ(&host.load("fine"), &info);
  EXPECT_TRUE(host.makeCache(use("fine"))->answersWithoutIo());
}

TEST_F(PluginHostTest, RefusesAnotherAbiOrBuild) {
  EXPECT_EQ(refusal("other_abi"), "libforage_other_abi.so was built for ABI " +
                                      std::to_string(kAbi + 1) + ", and this is ABI " +
                                      std::to_string(kAbi) + ": build it again with this forage");
  const std::string size = std::to_string(sizeof(PluginInfo));
  EXPECT_EQ(refusal("other_size"), "libforage_other_size.so was built for a description of " +
                                       std::to_string(sizeof(PluginInfo) + 8) +
                                       " bytes, and this is " + size +
                                       " bytes: build it again with this forage");
  EXPECT_EQ(refusal("other_build"),
            "libforage_other_build.so was built for build gcc99 cxx11abi0 forage9.9.9, and this "
            "is " FORAGE_BUILD ": build it again with this forage");
  EXPECT_THAT(refusal("no_build"), HasSubstr("was built for build nothing"));
}

TEST_F(PluginHostTest, RefusesWhatIsNoPlugin) {
  EXPECT_EQ(refusal("no_entry"), "libforage_no_entry.so is no plugin: it has no foragePlugin()");
  EXPECT_EQ(refusal("null_description"), "libforage_null_description.so describes no plugin");
  EXPECT_EQ(
      refusal("misnamed"),
      "libforage_misnamed.so calls itself \"another\": its file must be libforage_another.so");
  EXPECT_EQ(refusal("makes_nothing"), "libforage_makes_nothing.so makes no cache, fetcher or sink");
}

TEST_F(PluginHostTest, RefusesAPluginThatLacksASymbol) {
  EXPECT_THAT(refusal("missing_symbol"),
              AllOf(StartsWith("libforage_missing_symbol.so cannot be loaded: undefined symbol: "),
                    HasSubstr("definedNowhere")));
}

TEST_F(PluginHostTest, RefusesAFileThatIsNoSharedObject) {
  std::ofstream(folder_ / "libforage_text.so") << "not a shared object";
  std::ofstream(folder_ / "libforage_empty.so") << "";
  fs::create_directory(folder_ / "libforage_folder.so");
  fs::create_symlink("nowhere", folder_ / "libforage_dangling.so");
  PluginHost host({folder_}, clock_);
  for (const char* name : {"text", "empty", "folder"}) {
    EXPECT_THAT(refusal(host, name), HasSubstr(" cannot be loaded: ")) << name;
  }
  EXPECT_THAT(refusal(host, "dangling"), StartsWith("there is no plugin"));
}

TEST_F(PluginHostTest, NamesTheNearestPluginAndTheFoldersSearched) {
  const std::string text = refusal("fien");
  EXPECT_THAT(
      text,
      StartsWith(
          "there is no plugin \"fien\", did you mean \"fine\"? (looked for libforage_fien.so in "));
  PluginHost host = makeHost();
  for (const fs::path& folder : host.folders()) {
    EXPECT_THAT(refusal(host, "zebra-crossing"), HasSubstr(folder.filename().string()));
  }
}

TEST_F(PluginHostTest, FindsAPluginThatCameLater) {
  PluginHost host({folder_}, clock_);
  EXPECT_NE(refusal(host, "fine"), "");
  fs::copy_file(fs::path(TEST_PLUGINS) / "libforage_fine.so", folder_ / "libforage_fine.so");
  EXPECT_EQ(refusal(host, "fine"), "");
}

TEST_F(PluginHostTest, TakesNoPathForAName) {
  PluginHost host({folder_ / "deeper"}, clock_);
  fs::create_directory(folder_ / "deeper");
  fs::copy_file(fs::path(TEST_PLUGINS) / "libforage_fine.so", folder_ / "libforage_fine.so");
  for (const char* name : {"../fine", "", ".", "a/b", "fine.so", "fi\nne"}) {
    EXPECT_THAT(refusal(host, name), StartsWith("there is no plugin")) << name;
  }
}

TEST_F(PluginHostTest, SearchesTheJobsFoldersThenTheEnvironmentThenTheTree) {
  const std::string list = "::" + folder_.string() + ":/elsewhere/plugins:";
  ::setenv("FORAGE_PLUGIN_PATH", list.c_str(), 1);
  const PluginHost host({"/first", folder_}, clock_);
  ::unsetenv("FORAGE_PLUGIN_PATH");
  const auto& folders = host.folders();
  ASSERT_GE(folders.size(), 6u);
  EXPECT_EQ(folders[0], "/first");
  EXPECT_EQ(folders[1], folder_);
  EXPECT_EQ(folders[2], "/elsewhere/plugins");
  const fs::path executable = fs::read_symlink("/proc/self/exe").parent_path();
  EXPECT_EQ(folders[3], (executable / "../../lib/forage/plugins").lexically_normal());
  EXPECT_EQ(folders[4], (executable / "../lib/forage/plugins").lexically_normal());
  EXPECT_EQ(std::count(folders.begin(), folders.end(), fs::current_path()), 0)
      << "an empty folder must not mean the working directory";
}

TEST_F(PluginHostTest, PrefersTheFolderThatComesFirst) {
  fs::copy_file(fs::path(TEST_PLUGINS) / "libforage_first.so", folder_ / "libforage_first.so");
  std::ofstream(folder_ / "libforage_fine.so") << "broken";
  PluginHost host({folder_, TEST_PLUGINS}, clock_);
  std::vector<std::string> files;
  for (const PluginHost::Found& found : host.list()) {
    if (found.name == "first" || found.name == "fine") files.push_back(found.file.string());
    if (found.name == "fine") {
      EXPECT_EQ(found.info, nullptr);
      EXPECT_THAT(found.problem, HasSubstr("cannot be loaded"));
    }
  }
  EXPECT_THAT(files, ElementsAre((folder_ / "libforage_fine.so").string(),
                                 (folder_ / "libforage_first.so").string()));
}

TEST_F(PluginHostTest, ListsEveryPluginUsableOrNot) {
  PluginHost host = makeHost();
  std::size_t usable = 0;
  std::size_t broken = 0;
  for (const PluginHost::Found& found : host.list()) {
    EXPECT_EQ(found.info == nullptr, !found.problem.empty()) << found.name;
    if (found.file.parent_path() != TEST_PLUGINS) continue;
    ++(found.info != nullptr ? usable : broken);
  }
  EXPECT_EQ(usable, 5u);
  EXPECT_EQ(broken, 9u);
}

// With Poco's ClassLoader, or any loading with global symbols, the second writes "first ...".
TEST_F(PluginHostTest, RunsTheOwnCodeOfPluginsWithClassesOfOneName) {
  PluginHost host = makeHost();
  for (const std::string name : {"first", "second"}) {
    const fs::path file = folder_ / name;
    const PluginUse sink_use{name, Settings("sink", {{"file", {file.string(), ""}}}), "", {}};
    const std::unique_ptr<Sink> sink = host.makeSink(sink_use);
    sink->accept({});
    sink->close();
    std::ifstream in(file);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    EXPECT_EQ(text, name + " " + name + " " + name);
  }
}

TEST_F(PluginHostTest, TellsWhatAPluginMakesInsteadOfWhatIsAskedFor) {
  PluginHost host = makeHost();
  try {
    static_cast<void>(host.makeFetcher(use("returns_null")));
    FAIL();
  } catch (const PluginError& error) {
    EXPECT_EQ(
        error.message(),
        "job.toml:2:10: the plugin \"returns_null\" makes no fetcher, but a cache and a sink");
  }
}

TEST_F(PluginHostTest, NamesThePluginThatFails) {
  PluginHost host = makeHost();
  const auto failure = [&](const PluginUse& plugin) -> std::string {
    try {
      static_cast<void>(host.makeCache(plugin));
    } catch (const PluginError& error) {
      return error.message();
    } catch (const ConfigError& error) {
      return "config: " + error.message();
    }
    return "";
  };
  const auto throws = [&](const char* what) {
    return failure(use("throws", {{"what", {std::string(what), "job.toml:5:1"}}}));
  };
  const std::string start = "job.toml:2:10: the plugin \"throws\" failed: ";
  EXPECT_EQ(throws("config"), "config: job.toml:5:1: cache.throws.what: is refused");
  EXPECT_EQ(throws("cache"), start + "Cache error: a cache error");
  EXPECT_EQ(throws("poco"), start + "I/O error: a Poco exception");
  EXPECT_EQ(throws("standard"), start + "a standard exception");
  EXPECT_EQ(failure(use("returns_null")),
            "job.toml:2:10: the plugin \"returns_null\" made nothing");
  EXPECT_THAT(failure(use("nothing")), StartsWith("job.toml:2:10: there is no plugin"));
}

TEST_F(PluginHostTest, WantsRequiredOptionsOfWhatIsUsed) {
  PluginHost host = makeHost();
  Job job;
  job.cache.plugin = use("fine");
  job.sinks = {{"jsonl", Settings("sink", {}), "job.toml:8:10", {}}};
  const auto findings = [&]() -> std::vector<std::string> {
    try {
      host.checkTables(job);
      return {};
    } catch (const ConfigError& error) {
      return error.findings();
    }
  };
  const std::string file = "job.toml:8:10: sink.file: is required: ";
  EXPECT_THAT(findings(), testing::Contains(StartsWith(file)));
  job.sinks[0].settings = Settings("sink", {{"file", {std::string("-"), "job.toml:9:8"}}});
  EXPECT_THAT(findings(), testing::Not(testing::Contains(HasSubstr("is required"))));
}

TEST_F(PluginHostTest, GivesThePlaceOfThePluginToAnOptionThatIsNotSet) {
  PluginHost host = makeHost();
  try {
    static_cast<void>(
        host.makeCache(use("throws", {{"what", {std::string("missing"), "job.toml:5:1"}}})));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.message(), "job.toml:2:10: cache.throws.url: is missing");
  }
}

TEST_F(PluginHostTest, ChecksTheCacheInFrontAndATableThatTwoShareOnce) {
  PluginHost host = makeHost();
  Job job;
  job.cache.plugin = use("fine");
  job.cache.fallback = use("fine", {{"cuont", {std::int64_t{1}, "job.toml:3:1"}}});
  job.cache.near = job.cache.fallback;
  job.fetch.plugin = {"missing", {}, "", {}};
  const auto findings = [&]() -> std::vector<std::string> {
    try {
      host.checkTables(job);
      return {};
    } catch (const ConfigError& error) {
      return error.findings();
    }
  };
  EXPECT_THAT(findings(), ElementsAre(StartsWith("job.toml:3:1: cache.fine.cuont: unknown option"),
                                      StartsWith("fetch.plugin: ")));
  job.cache.near = use("faraway");
  job.cache.near->place = "job.toml:5:8";
  EXPECT_THAT(findings(),
              ElementsAre(StartsWith("job.toml:3:1: "),
                          StartsWith("job.toml:5:8: cache.near: there is no plugin \"faraway\""),
                          StartsWith("fetch.plugin: ")));
}

TEST_F(PluginHostTest, ChecksEveryTableOfAJob) {
  PluginHost host = makeHost();
  Job job;
  job.cache.plugin = use("fine", {{"cuont", {std::int64_t{1}, "job.toml:3:1"}}});
  job.cache.fallback = use("missing");
  job.fetch.plugin = {"fine", {}, "job.toml:4:1", {}};
  job.other_tables = {use("fnie"), use("throws", {{"what", {true, "job.toml:9:1"}}})};
  job.other_tables[0].place = "job.toml:7:8";
  try {
    host.checkTables(job);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(
        error.findings(),
        ElementsAre(
            "job.toml:3:1: cache.fine.cuont: unknown option of the plugin \"fine\", did you "
            "mean \"count\"?",
            StartsWith("job.toml:2:10: cache.fallback: there is no plugin \"missing\""),
            "job.toml:4:1: fetch.plugin: the plugin \"fine\" makes no fetcher, but a cache",
            StartsWith("job.toml:7:8: cache.fnie: there is no plugin \"fnie\", did you mean "
                       "\"fine\"? (looked for libforage_fnie.so in "),
            "job.toml:9:1: cache.throws.what: wants text in quotes"));
  }
}

}  // namespace
}  // namespace forage
