// Files of entries as JSON Lines: an object each, with all that it takes to have the entry again
// (docs/cache-command.md). Writing holds no body twice, reading one line. Not thread-safe.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "cache/archive.h"
#include "forage/fetcher.h"

namespace forage::app {

[[nodiscard]] std::unique_ptr<EntryWriter> makeJsonLinesWriter(const std::string& file,
                                                               Terminal& terminal);

[[nodiscard]] std::unique_ptr<EntryReader> makeJsonLinesReader(const std::string& file,
                                                               const FetchLimits& limits,
                                                               std::stop_token stop,
                                                               EntryReader::Tell tell);

}  // namespace forage::app
