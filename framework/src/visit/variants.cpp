#include "visit/variants.h"

#include <algorithm>

#include "http/field_list.h"

namespace forage::visit {

namespace {

/// Of all names together: no sane response names as many.
constexpr std::size_t kMostNames = 200;

std::string_view namesOf(std::string_view variant) noexcept {
  const std::size_t end = 1 + generationOf(variant).size();
  return variant.substr(std::min(end, variant.size()));
}

}  // namespace

Headers varyOf(const Entry& entry) {
  Headers vary;
  if (isDefault(entry)) {
    std::string names(namesOf(entry.variant()));
    std::replace(names.begin(), names.end(), '.', ',');
    vary.add("Vary", names);
  } else {
    vary.add("Vary", entry.headers().joined("Vary"));
  }
  return vary;
}

std::string defaultBeside(const Entry& other) {
  if (isDefault(other)) return std::string(other.variant());
  const std::string_view generation = generationOf(other.variant());
  if (generation.empty()) return {};
  std::string variant = "." + std::string(generation);
  bool can_tell = true;
  http::eachListElement(other.headers(), "Vary", [&](std::string_view name) {
    variant += '.';
    for (const char c : name) {
      const char letter = http::lower(c);
      const bool fits =
          (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
      can_tell = can_tell && fits;
      variant += letter;
    }
  });
  return can_tell && variant.size() <= kMostNames ? variant : std::string();
}

}  // namespace forage::visit
