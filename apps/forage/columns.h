// Text in columns. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace forage::app {

[[nodiscard]] inline std::string leftAligned(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

[[nodiscard]] inline std::string rightAligned(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

}  // namespace forage::app
