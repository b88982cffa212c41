// Hosts of URLs in canonical form: lower case, IDNs as A-labels, IPv4 as four decimal numbers, IPv6
// in brackets. Pure functions; thread-safe. They throw nothing but bad_alloc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forage::url {

/// True for a host name or IPv4 address that is canonical: labels of 1 to 63 bytes of [a-z0-9_-],
/// 253 bytes in all, a dot at the end allowed. A name that ends in a number is an IPv4 address or
/// nothing: resolvers read "0x7f.1" and "2130706433" as addresses, and no top-level domain is one.
[[nodiscard]] bool isCanonicalName(std::string_view host) noexcept;

/// The canonical form of `host` as it stands in a URL whose illegal bytes have been
/// percent-encoded: a name, an IPv4 address, or an IPv6 address in brackets (which the caller has
/// checked already). Percent-encodings are decoded as UTF-8, IDNs mapped by UTS #46,
/// nontransitional. On failure returns nothing and says why in `why`.
[[nodiscard]] std::optional<std::string> canonicalHost(std::string_view host, std::string& why);

}  // namespace forage::url
