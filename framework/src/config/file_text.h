// A small file as text, under a limit: job files and .env files are read through this alone.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace forage::config {

/// No configuration that a person writes is larger.
inline constexpr std::size_t kMaxFile = 1u << 20;

struct FileText {
  std::optional<std::string> text;
  std::string problem;   ///< why there is no text: "cannot be read: No such file or directory"
  bool missing = false;  ///< there is no such file
};

/// Reads `file` whole; a file larger than kMaxFile is a problem. Never throws but bad_alloc.
[[nodiscard]] FileText readFileText(const std::filesystem::path& file);

}  // namespace forage::config
