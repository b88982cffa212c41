// ${VAR} in values: from the environment, then from .env beside the job file, which is read only
// when a variable is looked for that the environment does not hold. Not thread-safe.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "config/dotenv.h"
#include "config/findings.h"

namespace forage::config {

using Environment = std::function<std::optional<std::string>(std::string_view)>;

/// Where variables come from.
class Variables {
 public:
  /// `dotenv` may not exist; what is wrong in it goes to `findings`.
  Variables(Environment environment, std::filesystem::path dotenv, Sources& sources,
            Findings& findings);

  [[nodiscard]] std::optional<std::string> find(std::string_view name);

 private:
  void readDotenv();

  Environment environment_;
  std::filesystem::path dotenv_file_;
  std::optional<DotenvValues> dotenv_;
  Sources& sources_;
  Findings& findings_;
};

struct Expanded {
  std::string text;
  std::string problem;   ///< "" when all went well
  bool unset = false;    ///< the problem is a variable that is not set
  bool changed = false;  ///< there was something to expand
};

/// Expands ${NAME} and ${NAME:-default} (for a variable that is not set or empty); $${ stands for
/// ${ itself. What a variable holds is not expanded again.
[[nodiscard]] Expanded expand(std::string_view text, Variables& variables);

/// Whether expand() would have something to do.
[[nodiscard]] bool hasVariable(std::string_view text) noexcept;

}  // namespace forage::config
