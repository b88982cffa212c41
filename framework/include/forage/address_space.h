// Which addresses are of the public internet, for fetchers that keep within it
// (FetchLimits::public_only). Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "forage/export.h"

namespace forage {

/// Whether an address, 4 or 16 bytes in network order, is globally reachable by IANA's registries
/// of special-purpose addresses (RFC 6890). Loopback, private, shared, link-local, unique local and
/// documentation addresses are not, nor multicast and what is reserved; an IPv6 address that stands
/// for an IPv4 one (mapped, NAT64, 6to4) is what that is. Anything of another size is not.
[[nodiscard]] FORAGE_API bool isPublicAddress(std::string_view bytes) noexcept;

/// The same for a host as it stands in a URL, without brackets, where that is an address or
/// "localhost" or ends in ".localhost" (RFC 6761, section 6.3). Nothing for names that have to be
/// looked up.
[[nodiscard]] FORAGE_API std::optional<bool> isPublicHost(std::string_view host);

}  // namespace forage
