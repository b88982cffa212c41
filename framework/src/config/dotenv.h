// .env files: NAME=value lines that feed ${VAR}. Values may be quoted; "export" and comments are
// understood; nothing is expanded inside. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace forage::config {

using DotenvValues = std::map<std::string, std::string, std::less<>>;
/// Told of each line that is no assignment.
using DotenvProblem = std::function<void(std::uint32_t line, std::string_view what)>;

/// Reads assignments; a later one of the same name wins.
[[nodiscard]] DotenvValues parseDotenv(std::string_view text, const DotenvProblem& problem);

/// Whether `name` can be the name of a variable: letters, digits and '_', no digit first.
[[nodiscard]] bool isVariableName(std::string_view name) noexcept;

}  // namespace forage::config
