// Fuzz target: whatever the bytes are, the reader ends the same however they are cut. The first two
// bytes say how to cut.
#include <string_view>
#include <vector>

#include "fuzz/fuzz.h"
#include "plugins/net/reader_outcome.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using forage::net::test::read;
  if (size < 2) return 0;
  const std::string_view bytes = forage::fuzz::textOf(data, size).substr(2);
  const bool head_request = (data[0] & 1) != 0;
  const auto whole = read(bytes, head_request, {});
  std::vector<std::size_t> cuts;
  const std::size_t step = 1 + data[0] / 2 % 16;
  for (std::size_t at = data[1]; at < bytes.size(); at += step) cuts.push_back(at);
  const auto cut = read(bytes, head_request, cuts);
  if (!(cut == whole)) std::cerr << "whole: " << whole << "\ncut: " << cut << '\n';
  forage::fuzz::expect(cut == whole, "cuts mean nothing");
  return 0;
}
