// Fuzz target: whatever the bytes are, the reader ends the same however they are cut. The first two
// bytes say how to cut. Built by FORAGE_FUZZ with a compiler that has libFuzzer:
//   cmake -S . -B build/fuzz -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_C_COMPILER=clang-14
//   -DFORAGE_FUZZ=ON ninja -C build/fuzz response_reader_fuzz &&
//   build/fuzz/tests/fuzz/response_reader_fuzz
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <vector>

#include "plugins/net/reader_outcome.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using forage::net::test::read;
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const bool head_request = (data[0] & 1) != 0;
  const auto whole = read(bytes, head_request, {});
  std::vector<std::size_t> cuts;
  const std::size_t step = 1 + data[0] / 2 % 16;
  for (std::size_t at = data[1]; at < bytes.size(); at += step) cuts.push_back(at);
  const auto cut = read(bytes, head_request, cuts);
  if (cut == whole) return 0;
  std::cerr << "whole: " << whole << "\ncut: " << cut << '\n';
  std::abort();
}
