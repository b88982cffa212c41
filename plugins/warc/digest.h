// Digests as WARC files carry them: "sha1:BASE32". Pure.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace forage::warc {

/// "sha1:" and the BASE32 of the SHA-1 of all `parts` together.
[[nodiscard]] std::string sha1Of(std::initializer_list<std::string_view> parts);

/// The 20 bytes of that SHA-1.
[[nodiscard]] std::string rawSha1Of(std::initializer_list<std::string_view> parts);

/// Whether `bytes` have the digest that `labelled` says: sha1 or sha256, in BASE32 or hexadecimal.
/// Nothing where it is of another kind, which cannot be checked.
[[nodiscard]] std::optional<bool> hasDigest(std::string_view bytes, std::string_view labelled);

}  // namespace forage::warc
