// What was written to a file descriptor, for tests of what the command shows. A temporary file
// without a name: nothing blocks, and nothing is left behind.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace forage::app {

class Capture final {
 public:
  Capture() : file_(std::tmpfile()) {
    if (file_ == nullptr) ADD_FAILURE() << "no temporary file";
  }
  ~Capture() { std::fclose(file_); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  [[nodiscard]] int fd() const { return ::fileno(file_); }

  [[nodiscard]] std::string text() const {
    std::string all(1 << 20, '\0');
    const ssize_t got = ::pread(fd(), all.data(), all.size(), 0);
    all.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return all;
  }

 private:
  std::FILE* file_;
};

}  // namespace forage::app
