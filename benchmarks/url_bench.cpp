// What a URL costs: one that is canonical already, and those that take the long way.
#include <benchmark/benchmark.h>

#include <string>

#include "forage/url.h"

namespace {

void parse(benchmark::State& state, const std::string& text) {
  for (auto _ : state) benchmark::DoNotOptimize(forage::Url::parse(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void resolve(benchmark::State& state, const std::string& reference) {
  const forage::Url base = *forage::Url::parse("https://www.example.com/catalogue/books/");
  for (auto _ : state) benchmark::DoNotOptimize(base.resolve(reference));
}

BENCHMARK_CAPTURE(parse, canonical_74_bytes,
                  "https://www.example.com/catalogue/category/books/index.html?page=2&sort=up");
BENCHMARK_CAPTURE(parse, canonical_address_and_port, "http://127.0.0.1:8080/page/12345");
BENCHMARK_CAPTURE(parse, upper_case_host,
                  "https://WWW.example.com/catalogue/category/books/index.html?page=2&sort=up");
BENCHMARK_CAPTURE(parse, spaces_and_dots, "http://example.com/a b/../c d?e f#g");
BENCHMARK_CAPTURE(parse, international,
                  "http://b\xc3\xbc"
                  "cher.example/\xc3\xa4");
BENCHMARK_CAPTURE(parse, refused, "ftp://example.com/");
BENCHMARK_CAPTURE(resolve, path, "/delay/1");
BENCHMARK_CAPTURE(resolve, relative, "../page-2.html");

}  // namespace

BENCHMARK_MAIN();
