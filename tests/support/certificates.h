// A certificate authority of one's own, made on the spot: for tests of TLS. Not thread-safe.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>

namespace forage::test {

class CertificateAuthority {
 public:
  /// Makes key and certificate, the latter into `folder`/NAME.pem. Throws std::runtime_error.
  CertificateAuthority(const std::filesystem::path& folder, const std::string& name);

  /// PEM file of the authority's certificate.
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

  struct Issued {
    std::filesystem::path certificate;
    std::filesystem::path key;
  };
  /// Issues a server certificate for `names`, such as "DNS:localhost,IP:127.0.0.1", into
  /// `folder`/NAME.crt and NAME.key.
  [[nodiscard]] Issued issue(const std::string& name, const std::string& names);

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  };
  struct FreeCertificate {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  };
  using KeyPtr = std::unique_ptr<EVP_PKEY, FreeKey>;
  using CertificatePtr = std::unique_ptr<X509, FreeCertificate>;

  CertificatePtr sign(EVP_PKEY* key, const std::string& name, const char* constraints,
                      const std::string& names);

  std::filesystem::path folder_;
  std::filesystem::path file_;
  KeyPtr key_;
  CertificatePtr certificate_;
  long serial_ = 1;
};

}  // namespace forage::test
