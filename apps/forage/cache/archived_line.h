// An entry out of a line of JSON. The line may be hostile: it is read without a document model, so
// that it cannot ask for more memory than its own length, and each part is checked. Pure.
#pragma once

#include <string>
#include <variant>

#include "forage/entry.h"
#include "forage/fetcher.h"

namespace forage::app {

/// The entry that `line` holds, or what is wrong with it. Unknown keys are read over.
[[nodiscard]] std::variant<EntryPtr, std::string> entryOfLine(const std::string& line,
                                                              const FetchLimits& limits);

}  // namespace forage::app
