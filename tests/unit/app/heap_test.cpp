#include "heap.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

namespace forage::app {
namespace {

/// Bytes that may be written at once, from `address` to the end of its mapping.
std::uintptr_t writableFrom(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream in(line);
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    std::string rights;
    in >> std::hex >> begin >> dash >> end >> rights;
    if (begin <= at && at < end) return rights.substr(0, 2) == "rw" ? end - at : 0;
  }
  return 0;
}

TEST(Heap, OfAThreadIsUsableAtOnce) {
  growHeapsAtOnce();
  std::uintptr_t usable = 0;
  std::thread([&usable] {
    const auto page = std::make_unique<char[]>(2048);
    usable = writableFrom(page.get());
  }).join();
  EXPECT_GT(usable, std::uintptr_t{32} << 20);
}

}  // namespace
}  // namespace forage::app
