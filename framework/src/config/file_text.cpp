#include "config/file_text.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace forage::config {

namespace {

FileText unreadable(int error) {
  return {std::nullopt, "cannot be read: " + std::generic_category().message(error),
          error == ENOENT || error == ENOTDIR};
}

}  // namespace

FileText readFileText(const std::filesystem::path& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "rbe"),
                                                               &std::fclose);
  if (!stream) return unreadable(errno);
  std::string text;
  std::array<char, 16384> chunk{};
  while (true) {
    errno = 0;
    const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), stream.get());
    text.append(chunk.data(), count);
    if (text.size() > kMaxFile) return {std::nullopt, "is larger than 1 MiB", false};
    if (count == chunk.size()) continue;
    if (std::ferror(stream.get()) != 0) return unreadable(errno);
    return {std::move(text), {}, false};
  }
}

}  // namespace forage::config
