// Certificates made on the spot, in memory, good and bad, for tests of TLS. Not thread-safe to
// make, safe to share once made.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>

namespace forage::test {

/// A certificate and its key.
struct TlsIdentity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

/// Writes certificate and key as PEM, the key into a file of its own if there is one; with a
/// password unless that is "".
void writeIdentity(const TlsIdentity& identity, const std::filesystem::path& certificate,
                   const std::filesystem::path& key = {}, const std::string& password = "");

class TlsAuthority final {
 public:
  enum class Validity { kNow, kPast };

  /// Makes the authority's own key and certificate.
  TlsAuthority();

  /// Issues a certificate for `names`, such as "DNS:localhost,IP:127.0.0.1".
  [[nodiscard]] TlsIdentity issue(const std::string& names,
                                  Validity validity = Validity::kNow) const;
  /// One that nobody has signed but itself.
  [[nodiscard]] static TlsIdentity selfSigned(const std::string& names);

  /// Writes the authority's certificate as PEM.
  void writeTo(const std::filesystem::path& file) const;
  /// Writes a list of what the authority has revoked: `identity`, and nothing else.
  void writeRevoked(const TlsIdentity& identity, const std::filesystem::path& file) const;

  [[nodiscard]] X509* certificate() const noexcept { return own_.certificate.get(); }

 private:
  TlsIdentity own_;
};

}  // namespace forage::test
