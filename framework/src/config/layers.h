// How several configurations become one: later layers over earlier ones, tables by key. Also the
// layers that are not files: --set and an environment variable. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/findings.h"
#include "config/node.h"

namespace forage::config {

/// Lays `over` upon `base`: tables by key, a [[group]] of a known name replaces it and others are
/// added, every other value and list replaces what was there. REQUIRES: both are tables.
void mergeInto(Node& base, Node&& over);

/// Lays what the command line sets upon `base`: as mergeInto(), but every list replaces what was
/// there, that of groups too. REQUIRES: both are tables.
void setIn(Node& base, Node&& over);

/// Takes [env] out of `root` and lays its overlay `name` upon it ("" for none). Returns the names
/// there are when `name` is none of them, and nothing when all went well.
[[nodiscard]] std::optional<std::vector<std::string>> applyOverlay(Node& root,
                                                                   std::string_view name);

/// The layer of one "key.path=value": a TOML value, or bare text where it does not parse. Nothing
/// when it is malformed, which `findings` is told. `place` is that of everything in it.
[[nodiscard]] std::optional<Node> layerOfSet(std::string_view set, const Place& place,
                                             Findings& findings);

/// The layer that sets `table`.`key` to `text` as it is, free of ${VAR}.
[[nodiscard]] Node layerOfText(std::string_view table, std::string_view key, std::string_view text,
                               const Place& place);

}  // namespace forage::config
