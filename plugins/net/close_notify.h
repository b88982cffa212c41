// How streams of TLS end, for libraries that make their connections themselves and let us at them.
#pragma once

namespace forage::net {

/// Has streams of `context`, an SSL_CTX*, end by close_notify alone: OpenSSL can be told to take a
/// FIN, which can come from anybody, for one.
void requireCloseNotify(void* context) noexcept;

/// True if the peer has ended the stream of `ssl`, an SSL*, by close_notify.
[[nodiscard]] bool hasCloseNotify(const void* ssl) noexcept;

}  // namespace forage::net
