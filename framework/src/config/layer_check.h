// What can be said of one source of a configuration by itself, before it is merged with others: its
// tables, keys and values. Thread-safe but for the findings it is given.
#pragma once

#include "config/findings.h"
#include "config/node.h"

namespace forage::config {

/// Checks one file by itself: unknown tables and keys, values of a wrong type or out of range, two
/// groups of one name. Values that hold ${VAR} are left for later.
void checkFile(const Node& root, Findings& findings);
/// The same for what is laid over the files and their overlays, and so can hold no [env].
void checkOption(const Node& root, Findings& findings);

}  // namespace forage::config
