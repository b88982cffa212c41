// Explains what a run would do with one URL: which key, what is stored there, how old it is and how
// long it lasts, what would happen and by which rule. Sends no request.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forage/cache.h"
#include "forage/clock.h"
#include "forage/entry.h"
#include "forage/export.h"
#include "forage/job.h"
#include "forage/request_source.h"

namespace forage {

/// What is said of a URL: for people in facts, for programs in what stands behind them, which may
/// hold secrets.
struct Explanation {
  /// In the order in which a run comes to them: name and value, each one line, without secrets.
  std::vector<std::pair<std::string, std::string>> facts;
  std::string decision;  ///< "answer", "answer, and validate meanwhile", "validate: ...", "fetch"
  std::string rule;      ///< why, with the section that says so
  bool answers = false;  ///< the cache answers without a request

  std::string url;  ///< canonical
  std::string
      final_url;  ///< where stored redirects lead; "" where none does. Of it is what follows
  Key key;
  Key variant_key;              ///< of a variant, part or head; "" where the key itself counts
  EntryPtr stored;              ///< null: nothing that could answer
  Millis age{0};                ///< of what is stored
  Millis lifetime{0};           ///< kForever: without end
  std::string lifetime_source;  ///< "expire_after", "max-age", ...
  bool on_error = false;        ///< what is stored answers where the server cannot

  [[nodiscard]] FORAGE_API std::string toText() const;
};

/// Takes what `request` asks for through the pipeline of a run of `job`, up to its first request:
/// as a URL of the group called `group`, or, where that is "", of the first that lists it, or the
/// only one. Throws ConfigError for what is no URL and for a group that the job has not, CacheError
/// when the cache cannot answer.
[[nodiscard]] FORAGE_API Explanation explain(const Job& job, Cache& cache, const Clock& clock,
                                             const RequestSpec& request,
                                             std::string_view group = {});

}  // namespace forage
