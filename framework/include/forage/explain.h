// Explains what a run would do with one URL: which key, what is stored there, how old it is and how
// long it lasts, what would happen and by which rule. Sends no request.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forage/cache.h"
#include "forage/clock.h"
#include "forage/export.h"
#include "forage/job.h"
#include "forage/request_source.h"

namespace forage {

/// Facts in the order in which a run comes to them: name and value, each one line, without secrets.
struct Explanation {
  std::vector<std::pair<std::string, std::string>> facts;
  std::string decision;  ///< "answer", "answer, and validate meanwhile", "validate", "fetch", ...
  std::string rule;      ///< why, with the section that says so
  bool answers = false;  ///< the cache answers without a request

  [[nodiscard]] FORAGE_API std::string toText() const;
  [[nodiscard]] FORAGE_API std::string toJson() const;
};

/// Looks up what `request` asks for under the rules of `job`. Throws ConfigError for what is no
/// URL, CacheError when the cache cannot answer.
[[nodiscard]] FORAGE_API Explanation explain(const Job& job, Cache& cache, const Clock& clock,
                                             const RequestSpec& request);

}  // namespace forage
