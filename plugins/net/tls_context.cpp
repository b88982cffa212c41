#include "net/tls_context.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "forage/error.h"
#include "net/client_certificate.h"
#include "net/tls_state.h"

namespace forage::net {

namespace {

TlsLink& linkOf(BIO* bio) { return *static_cast<TlsLink*>(BIO_get_data(bio)); }

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a peer that hangs up would kill a program
// that has not asked to ignore SIGPIPE.
int writeSocket(BIO* bio, const char* bytes, int size) {
  TlsLink& link = linkOf(bio);
  BIO_clear_retry_flags(bio);
  ssize_t sent = -1;
  do {
    sent = ::send(link.fd, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return static_cast<int>(sent);
  link.error_number = errno;
  if (errno == EAGAIN || errno == EWOULDBLOCK) BIO_set_retry_write(bio);
  return -1;
}

int readSocket(BIO* bio, char* bytes, int size) {
  TlsLink& link = linkOf(bio);
  BIO_clear_retry_flags(bio);
  ssize_t received = -1;
  do {
    received = ::recv(link.fd, bytes, static_cast<std::size_t>(size), 0);
  } while (received < 0 && errno == EINTR);
  if (received > 0) return static_cast<int>(received);
  if (received == 0) {
    link.at_end = true;
    return 0;
  }
  link.error_number = errno;
  if (errno == EAGAIN || errno == EWOULDBLOCK) BIO_set_retry_read(bio);
  return -1;
}

long controlSocket(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return linkOf(bio).at_end ? 1 : 0;
    default:
      return 0;
  }
}

int createSocketBio(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

int onNewSession(SSL* ssl, SSL_SESSION* session) {
  auto* link = static_cast<TlsLink*>(SSL_get_app_data(ssl));
  if (link != nullptr) link->owner->state().keepSession(link->session_key, session);
  return 0;  // OpenSSL keeps its reference
}

BioMethodPtr makeBioMethod() {
  BioMethodPtr method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "forage socket"));
  if (!method) throw FetchError(ErrorKind::kTls, "TLS: " + takeOpenSslError());
  BIO_meth_set_write(method.get(), writeSocket);
  BIO_meth_set_read(method.get(), readSocket);
  BIO_meth_set_ctrl(method.get(), controlSocket);
  BIO_meth_set_create(method.get(), createSocketBio);
  return method;
}

void loadAuthorities(SSL_CTX* context, const std::string& ca_file) {
  const bool loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                      : SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1;
  if (loaded) return;
  throw FetchError(ErrorKind::kTls, "cannot load the certificates to trust from " +
                                        (ca_file.empty() ? "the system" : ca_file) + ": " +
                                        takeOpenSslError());
}

/// Certificates on the list are refused, and those of authorities that the file has no list of.
void loadRevoked(SSL_CTX* context, const std::string& crl_file) {
  if (crl_file.empty()) return;
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  X509_LOOKUP* const files = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (files == nullptr || X509_load_crl_file(files, crl_file.c_str(), X509_FILETYPE_PEM) <= 0) {
    throw FetchError(ErrorKind::kTls,
                     "cannot load what is revoked from " + crl_file + ": " + takeOpenSslError());
  }
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
}

void setAlpn(SSL_CTX* context, const std::string& protocol) {
  if (protocol.empty() || protocol.size() > 255) return;
  std::string list(1, static_cast<char>(protocol.size()));
  list += protocol;
  SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(list.data()),
                          static_cast<unsigned>(list.size()));
}

}  // namespace

std::string takeOpenSslError() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

void TlsContext::State::build() {
  const std::lock_guard lock(building);
  if (context) return;
  ERR_clear_error();
  if (!bio_method) bio_method = makeBioMethod();
  SslContextPtr made(SSL_CTX_new(TLS_client_method()));
  if (!made) throw FetchError(ErrorKind::kTls, "TLS: " + takeOpenSslError());
  SSL_CTX_set_min_proto_version(made.get(), options.only_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  loadAuthorities(made.get(), options.ca_file);
  loadRevoked(made.get(), options.crl_file);
  useClientCertificate(made.get(), options);
  SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(made.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(made.get(), 1);  // one recv for a record, not one for its five-byte head
  setAlpn(made.get(), options.alpn);
  SSL_CTX_set_session_cache_mode(made.get(),
                                 SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(made.get(), onNewSession);
  context = std::move(made);
}

SslSessionPtr TlsContext::State::findSession(const std::string& key) {
  const std::lock_guard lock(resuming);
  const auto found = sessions.find(key);
  if (found == sessions.end()) return nullptr;
  return SslSessionPtr(SSL_SESSION_dup(found->second.get()));
}

void TlsContext::State::keepSession(const std::string& key, SSL_SESSION* session) {
  SslSessionPtr copy(SSL_SESSION_dup(session));
  if (!copy) return;
  const std::lock_guard lock(resuming);
  if (sessions.size() >= kMaxSessions && !sessions.contains(key)) sessions.erase(sessions.begin());
  sessions[key] = std::move(copy);
}

TlsContext::TlsContext(TlsOptions options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
}

TlsContext::~TlsContext() = default;

TlsContext::State& TlsContext::state() {
  state_->build();
  return *state_;
}

}  // namespace forage::net
