// What a job says of TLS, the same for all fetchers. A value.
#pragma once

#include <string>

#include "forage/settings.h"

namespace forage::net {

struct TlsOptions {
  std::string ca_file;   ///< PEM file of the certificates to trust; "": those of the system
  std::string crl_file;  ///< PEM file of what is revoked; "": nobody is asked
  std::string
      cert_file;  ///< PEM file with our own certificate, and what leads to its root; "": none
  std::string key_file;   ///< PEM file of its key; "": it is in cert_file
  bool only_1_3 = false;  ///< otherwise 1.2 and later
  std::string alpn;       ///< protocol to ask for, such as "http/1.1"; "": none
};

/// Reads `ca_file`, `crl_file`, `cert_file`, `key_file` and `tls_min_version`. Throws ConfigError,
/// with the place: a file that cannot be read, a key that is not the certificate's or has a
/// password, an unknown version. Never shows what is in a file.
[[nodiscard]] TlsOptions readTlsOptions(const Settings& settings);

}  // namespace forage::net
