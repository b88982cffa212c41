// What the peers in C++ share: the list of URLs, and the line that says what was delivered.
#pragma once

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace peers {

// What a client got: pages with status 200, bytes of their bodies, how many of them from its cache.
struct Delivered {
  std::size_t ok = 0;
  std::size_t bytes = 0;
  std::size_t hits = 0;

  Delivered& operator+=(const Delivered& other) {
    ok += other.ok;
    bytes += other.bytes;
    hits += other.hits;
    return *this;
  }
};

// Prints it as the line of JSON that the runner reads.
inline void print(const Delivered& delivered) {
  std::printf("{\"ok\": %zu, \"bytes\": %zu, \"hits\": %zu}\n", delivered.ok, delivered.bytes,
              delivered.hits);
}

inline std::vector<std::string> readUrls(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> urls;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) urls.push_back(line);
  }
  if (urls.empty()) throw std::runtime_error(file + ": no URLs");
  return urls;
}

// The pieces of http://ADDRESS:PORT/path, which is the only form that the runner writes.
struct Target {
  std::string address;
  unsigned short port = 0;
  std::string path;
};

inline Target split(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  const std::size_t colon = url.find(':', kScheme.size());
  const std::size_t slash = url.find('/', kScheme.size());
  if (!url.starts_with(kScheme) || colon == url.npos || slash == url.npos || colon > slash) {
    throw std::runtime_error("not http://ADDRESS:PORT/path: " + std::string(url));
  }
  const std::string port(url.substr(colon + 1, slash - colon - 1));
  return {std::string(url.substr(kScheme.size(), colon - kScheme.size())),
          static_cast<unsigned short>(std::stoul(port)), std::string(url.substr(slash))};
}

}  // namespace peers
