#include "support/tls_codec.h"

#include <openssl/err.h>

namespace forage::test {

TlsCodec::TlsCodec(SSL_CTX& context, conformance::Peer& peer)
    : peer_(peer),
      ssl_(SSL_new(&context), SSL_free),
      in_(BIO_new(BIO_s_mem())),
      out_(BIO_new(BIO_s_mem())) {
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_accept_state(ssl_.get());
}

bool TlsCodec::receiveMore() {
  const std::string raw = peer_.receiveRaw(16384);
  if (raw.empty()) return false;
  BIO_write(in_, raw.data(), static_cast<int>(raw.size()));
  return true;
}

void TlsCodec::flush(const std::function<void()>& in_the_middle) {
  const std::size_t pending = BIO_ctrl_pending(out_);
  if (pending == 0) return;
  std::string bytes(pending, '\0');
  BIO_read(out_, bytes.data(), static_cast<int>(pending));
  const std::size_t half = in_the_middle ? pending / 2 : 0;
  peer_.sendRaw(std::string_view(bytes).substr(0, half));
  if (in_the_middle) in_the_middle();
  peer_.sendRaw(std::string_view(bytes).substr(half));
}

bool TlsCodec::accept(const std::function<void()>& in_the_middle) {
  std::function<void()> once = in_the_middle;
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    const bool has_flight = BIO_ctrl_pending(out_) != 0;
    flush(once);
    if (has_flight) once = {};
    if (result == 1) return true;
    if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ || !receiveMore()) return false;
  }
}

void TlsCodec::send(conformance::Peer&, std::string_view bytes) {
  if (bytes.empty()) return;
  ERR_clear_error();
  SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  flush({});
}

void TlsCodec::sendTogether(const std::vector<std::string_view>& records) {
  ERR_clear_error();
  for (const std::string_view bytes : records) {
    SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }
  flush({});
}

void TlsCodec::sendTicket() {
  ERR_clear_error();
  SSL_new_session_ticket(ssl_.get());
  SSL_do_handshake(ssl_.get());
  flush({});
}

std::string TlsCodec::receive(conformance::Peer&, std::size_t size) {
  std::string bytes(size, '\0');
  for (;;) {
    ERR_clear_error();
    const int n = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(size));
    flush({});
    if (n > 0) {
      bytes.resize(static_cast<std::size_t>(n));
      return bytes;
    }
    if (SSL_get_error(ssl_.get(), n) != SSL_ERROR_WANT_READ || !receiveMore()) return "";
  }
}

void TlsCodec::sendCloseNotify() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  flush({});
}

bool TlsCodec::isResumed() const { return SSL_session_reused(ssl_.get()) == 1; }

TlsServer::TlsServer(const TlsIdentity& identity, int max_version)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
  if (max_version == 0) return;
  SSL_CTX_set_security_level(context_.get(), 0);  // the old versions are off above it
  SSL_CTX_set_max_proto_version(context_.get(), max_version);
}

void TlsServer::requireCertificateOf(const TlsAuthority& authority) {
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), authority.certificate());
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_session_id_context(context_.get(), reinterpret_cast<const unsigned char*>("test"), 4);
}

std::shared_ptr<TlsCodec> TlsServer::accept(conformance::Peer& peer,
                                            const std::function<void()>& in_the_middle) const {
  auto codec = std::make_shared<TlsCodec>(*context_, peer);
  if (!codec->accept(in_the_middle)) return nullptr;
  peer.use(codec);
  return codec;
}

}  // namespace forage::test
