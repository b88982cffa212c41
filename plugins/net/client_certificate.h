// Our own certificate, where a server wants to see one. Thread-safe.
#pragma once

#include <openssl/ssl.h>

#include <string>

#include "net/tls_options.h"

namespace forage::net {

/// Why options.cert_file and key_file cannot be used; "": they can. REQUIRES: cert_file.
[[nodiscard]] std::string checkClientCertificate(const TlsOptions& options);

/// Has the connections of `context` show the certificate that `options` name, if any. Throws
/// FetchError (kTls).
void useClientCertificate(SSL_CTX* context, const TlsOptions& options);

}  // namespace forage::net
