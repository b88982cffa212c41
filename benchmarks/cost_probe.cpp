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

/// What nginx says of a small file.
std::string page() {
  return "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Thu, 02 Nov 2023 10:00:00 GMT\r\n"
         "Content-Type: text/html\r\nContent-Length: 2048\r\n"
         "Last-Modified: Thu, 02 Nov 2023 09:00:00 GMT\r\nConnection: keep-alive\r\n"
         "ETag: \"65436f10-800\"\r\nCache-Control: max-age=86400\r\nAccept-Ranges: bytes\r\n\r\n" +
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
