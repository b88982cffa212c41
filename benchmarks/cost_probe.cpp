// Does the same work COUNT times and prints how many allocations that took: check_costs runs it
// under callgrind with two counts, and what one more costs is the difference.
// usage: cost_probe warm|cold|reader COUNT
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/allocations.h"
#include "common/pipeline_world.h"
#include "net/response_reader.h"

namespace {

using forage::bench::PipelineWorld;

std::string page() {
  return std::string("HTTP/1.1 200 OK\r\n") + forage::bench::kFields + "\r\n" +
         std::string(2048, 'x');
}

void readPages(std::size_t count) {
  const std::string bytes = page();
  forage::net::ResponseReader reader;
  for (std::size_t i = 0; i < count; ++i) {
    reader.begin({}, false);
    if (reader.feed(bytes) != bytes.size() || !reader.isComplete() ||
        reader.takeResponse().body.size() != 2048) {
      throw std::runtime_error("the page was not read");
    }
  }
}

void visitPages(std::size_t count, bool warm) {
  PipelineWorld world(count, nullptr);
  const forage::Report cold = world.run();
  if (cold.totals.fetched != count) throw std::runtime_error("not every page was fetched");
  if (!warm) return;
  const forage::Report report = world.run();
  if (report.totals.hit != count) throw std::runtime_error("not every page was a hit");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 3 ? argv[1] : "";
  const std::string_view number = argc == 3 ? argv[2] : "";
  std::size_t count = 0;
  std::from_chars(number.data(), number.data() + number.size(), count);
  if (count == 0 || (what != "warm" && what != "cold" && what != "reader")) {
    std::fputs("usage: cost_probe warm|cold|reader COUNT\n", stderr);
    return 2;
  }
  if (what == "reader") {
    readPages(count);
  } else {
    visitPages(count, what == "warm");
  }
  std::printf("allocations %zu\n", forage::bench::allocations());
}
