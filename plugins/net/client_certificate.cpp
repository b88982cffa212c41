#include "net/client_certificate.h"

#include <openssl/err.h>

#include "forage/error.h"
#include "net/tls_state.h"

namespace forage::net {

namespace {

// Otherwise OpenSSL asks the terminal.
int noPassword(char*, int, int, void*) { return -1; }

std::string failed(const std::string& file, const char* what) {
  return "cannot use " + file + " as " + what + ": " + takeOpenSslError();
}

/// Why not; "": it is used.
std::string use(SSL_CTX* context, const TlsOptions& options) {
  ERR_clear_error();
  SSL_CTX_set_default_passwd_cb(context, noPassword);
  const std::string& certificate = options.cert_file;
  const std::string& key = options.key_file.empty() ? certificate : options.key_file;
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return failed(certificate, "a certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return failed(key, "its key, in PEM and without a password");
  }
  return {};
}

}  // namespace

std::string checkClientCertificate(const TlsOptions& options) {
  const SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  return context ? use(context.get(), options) : "TLS: " + takeOpenSslError();
}

void useClientCertificate(SSL_CTX* context, const TlsOptions& options) {
  if (options.cert_file.empty()) return;
  const std::string why = use(context, options);
  if (!why.empty()) throw FetchError(ErrorKind::kTls, why);
}

}  // namespace forage::net
