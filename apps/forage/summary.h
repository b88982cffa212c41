// The totals of a run as a small table.
#pragma once

#include <string>

#include "forage/report.h"

namespace forage::app {

/// Several lines; ends with a line break.
[[nodiscard]] std::string summaryOf(const Report& report);

}  // namespace forage::app
