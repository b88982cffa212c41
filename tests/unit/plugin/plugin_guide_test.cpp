// The guides show the examples that tests/package builds and runs, word for word.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace forage {
namespace {

std::string read(const std::string& name) {
  std::ifstream file(FORAGE_SOURCE_DIR "/" + name);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(PluginGuide, ShowsTheExamplesThatAreBuiltAndRun) {
  const std::string guide = read("docs/plugin-guide.md");
  for (const char* example : {"map_cache.cpp", "mirror_fetcher.cpp", "table_sink.cpp"}) {
    const std::string block =
        "```cpp\n" + read(std::string("examples/plugins/") + example) + "```\n";
    EXPECT_NE(guide.find(block), std::string::npos) << example << " is not what the guide shows";
  }
  std::string cmake = read("examples/plugins/CMakeLists.txt");
  cmake.erase(0, cmake.find("cmake_minimum_required"));
  EXPECT_NE(guide.find("```cmake\n" + cmake + "```\n"), std::string::npos);
}

TEST(LibraryGuide, ShowsTheExampleThatIsBuiltAndRun) {
  const std::string guide = read("docs/library.md");
  EXPECT_NE(guide.find("```cpp\n" + read("examples/library/titles.cpp") + "```\n"),
            std::string::npos);
  std::string cmake = read("examples/library/CMakeLists.txt");
  cmake.erase(0, cmake.find("cmake_minimum_required"));
  EXPECT_NE(guide.find("```cmake\n" + cmake + "```\n"), std::string::npos);
}

}  // namespace
}  // namespace forage
