// The same without an event loop: 16 threads with a blocking socket each, answers only counted.
// usage: raw_threads URLS [THREADS]
#include <atomic>
#include <exception>
#include <memory>
#include <thread>

#include "raw_http.h"

namespace {

using peers::Delivered;

Delivered visit(const std::vector<std::string>& urls, std::size_t count) {
  std::atomic<std::size_t> cursor = 0;
  std::vector<Delivered> parts(count);
  const peers::Target target = peers::split(urls.front());
  {
    std::vector<std::jthread> threads;
    for (Delivered& part : parts) {
      threads.emplace_back([&urls, &cursor, &part, &target] {
        try {
          const auto exchange = std::make_unique<peers::Exchange>(target);
          Delivered mine;
          for (std::size_t i = cursor++; i < urls.size(); i = cursor++) {
            exchange->ask(urls[i]);
            while (!exchange->read(mine)) {
            }
          }
          part = mine;
        } catch (const std::exception& error) {
          std::fprintf(stderr, "raw_threads: %s\n", error.what());
        }
      });
    }
  }
  Delivered all;
  for (const Delivered& part : parts) all += part;
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::runtime_error("usage: raw_threads URLS [THREADS]");
    const auto urls = peers::readUrls(argv[1]);
    const Delivered delivered = visit(urls, argc > 2 ? std::stoul(argv[2]) : 16);
    print(delivered);
    return delivered.ok == urls.size() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "raw_threads: %s\n", error.what());
    return 1;
  }
}
