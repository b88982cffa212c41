// Lists of what a client accepts: Accept, Accept-Charset, Accept-Encoding, Accept-Language (RFC
// 9110, section 12.5). Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forage/message.h"

namespace forage::http {

/// Whether the field called `name`, in lower case, is such a list.
[[nodiscard]] bool isPreference(std::string_view name) noexcept;

/// What the list called `name`, in lower case, says, in a form without the differences that mean
/// nothing: the order of elements, which weights alone rank (section 12.4.2), white space, the case
/// of letters but for the values of parameters, ways to write a weight, and elements that are given
/// twice. Nothing where an element is not of the list's grammar. REQUIRES: isPreference(name).
[[nodiscard]] std::optional<std::vector<std::string>> preferences(HeadersView request,
                                                                  std::string_view name);

}  // namespace forage::http
