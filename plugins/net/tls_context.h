// TlsContext: what TLS connections share - certificates to trust, settings, sessions to resume.
// Built at the first TLS connection (loading the certificates takes ~100 ms). OpenSSL itself
// verifies chain and host name of every connection; nothing turns that off. Thread-safe.
#pragma once

#include <memory>

#include "net/tls_options.h"

namespace forage::net {

class TlsContext final {
 public:
  explicit TlsContext(TlsOptions options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  struct State;
  /// Builds what is not built yet. Throws FetchError (kTls): the certificates cannot be loaded.
  State& state();

 private:
  std::unique_ptr<State> state_;
};

}  // namespace forage::net
