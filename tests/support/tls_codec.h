// TLS for the connections of a scripted server. It runs over memory, so that a script decides which
// bytes go over the wire, and when.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scripted_server.h"
#include "support/tls_identity.h"

namespace forage::test {

/// The server's side of one TLS connection. Used by its script.
class TlsCodec final : public conformance::Codec {
 public:
  TlsCodec(SSL_CTX& context, conformance::Peer& peer);

  void send(conformance::Peer& peer, std::string_view bytes) override;
  std::string receive(conformance::Peer& peer, std::size_t size) override;

  /// False: the client gave up. `in_the_middle` runs when half of the first flight has been sent.
  bool accept(const std::function<void()>& in_the_middle);
  /// Each of `records` in a record of its own, all in one packet.
  void sendTogether(const std::vector<std::string_view>& records);
  /// One more session ticket, on its own: a record that is no content.
  void sendTicket();
  /// Ends the stream in order.
  void sendCloseNotify();
  [[nodiscard]] bool isResumed() const;

 private:
  bool receiveMore();
  void flush(const std::function<void()>& in_the_middle);

  conformance::Peer& peer_;
  std::shared_ptr<SSL> ssl_;
  BIO* in_ = nullptr;   // owned by ssl_
  BIO* out_ = nullptr;  // owned by ssl_
};

/// A certificate to serve with; its connections know each other's sessions. Thread-safe.
class TlsServer final {
 public:
  /// `max_version`: the newest TLS spoken, such as TLS1_2_VERSION; 0: any.
  explicit TlsServer(const TlsIdentity& identity, int max_version = 0);

  /// From now on clients must show a certificate of `authority`.
  void requireCertificateOf(const TlsAuthority& authority);

  /// Shakes hands on `peer`, whose bytes are under TLS from then on. Null: the client gave up.
  std::shared_ptr<TlsCodec> accept(conformance::Peer& peer,
                                   const std::function<void()>& in_the_middle = {}) const;

 private:
  std::shared_ptr<SSL_CTX> context_;
};

}  // namespace forage::test
