// Files of entries as WARC (plugins/warc), as an archive that is written and read like the others.
#pragma once

#include <memory>
#include <string>

#include "cache/archive.h"

namespace forage::app {

[[nodiscard]] std::unique_ptr<EntryWriter> makeWarcWriter(const std::string& file,
                                                          const Clock& clock);

[[nodiscard]] std::unique_ptr<EntryReader> makeWarcReader(const std::string& file, const Job& job,
                                                          EntryReader::Tell tell);

}  // namespace forage::app
