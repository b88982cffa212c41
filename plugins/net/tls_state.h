// The OpenSSL side of TlsContext. For the .cpp files of TLS alone.
#pragma once

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "net/tls_context.h"

namespace forage::net {

template <auto kFree>
struct FreeWith {
  template <class T>
  void operator()(T* pointer) const noexcept {
    kFree(pointer);
  }
};
using SslPtr = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using SslContextPtr = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using SslSessionPtr = std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>>;
using BioMethodPtr = std::unique_ptr<BIO_METHOD, FreeWith<BIO_meth_free>>;

struct TlsContext::State {
  static constexpr std::size_t kMaxSessions = 1024;

  TlsOptions options;
  std::mutex building;  // guards the making of the next two; constant afterwards
  BioMethodPtr bio_method;
  SslContextPtr context;

  std::mutex resuming;  // guards sessions
  std::unordered_map<std::string, SslSessionPtr> sessions;

  void build();
  /// A copy, so that no session object is used by two threads.
  SslSessionPtr findSession(const std::string& key);
  void keepSession(const std::string& key, SSL_SESSION* session);
};

/// What a socket under TLS needs; the object behind its BIO and its SSL.
struct TlsLink {
  std::shared_ptr<TlsContext> owner;
  std::string session_key;  // "host:port"
  SslPtr ssl;
  int fd = -1;
  int error_number = 0;  // of the last recv or send
  bool at_end = false;   // FIN was received
  bool fatal = false;    // OpenSSL forbids any further call but SSL_free
};

/// The oldest entry of OpenSSL's error queue in words; empties the queue.
[[nodiscard]] std::string takeOpenSslError();

}  // namespace forage::net
