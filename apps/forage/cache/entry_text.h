// Entries as the commands of `forage cache` show them: a line each, all about one, and JSON.
// Secrets in URLs are masked, and control characters are no longer any. Pure.
#pragma once

#include <string>

#include "cache/entry_view.h"
#include "cache/json_text.h"

namespace forage::app {

/// "200    12.3 KiB    12m05s     3h07m  text/html                 https://example.org/".
[[nodiscard]] std::string listLine(const EntryView& view);

/// What `ls --json` says of an entry.
[[nodiscard]] Json listJson(const EntryView& view);

/// Status line and header fields, then a line for each thing the cache knows.
[[nodiscard]] std::string aboutText(const EntryView& view);

/// As listJson(), with the header fields and when the entry was requested.
[[nodiscard]] Json aboutJson(const EntryView& view);

/// A URL, key or header value as a terminal may show it.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace forage::app
