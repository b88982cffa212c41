#include "support/tls_identity.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <stdexcept>

namespace forage::test {

namespace {

constexpr long kDay = 24 * 3600;

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot make a certificate");
}

void addExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  require(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer`, or by itself where that is null.
TlsIdentity make(const TlsIdentity* issuer, const std::string& common_name, bool authority,
                 const std::string& names, TlsAuthority::Validity validity) {
  static std::atomic<long> serial{1};
  TlsIdentity made;
  made.key.reset(EVP_EC_gen("P-256"), EVP_PKEY_free);
  made.certificate.reset(X509_new(), X509_free);
  require(made.key != nullptr && made.certificate != nullptr);
  X509* certificate = made.certificate.get();
  const bool past = validity == TlsAuthority::Validity::kPast;
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), past ? -20 * kDay : -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), past ? -10 * kDay : kDay);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  const TlsIdentity& signer = issuer != nullptr ? *issuer : made;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  addExtension(certificate, signer.certificate.get(), NID_basic_constraints,
               authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!names.empty()) {
    addExtension(certificate, signer.certificate.get(), NID_subject_alt_name, names);
  }
  require(X509_sign(certificate, signer.key.get(), EVP_sha256()) > 0);
  return made;
}

}  // namespace

TlsAuthority::TlsAuthority() : own_(make(nullptr, "Test CA", true, "", Validity::kNow)) {}

TlsIdentity TlsAuthority::issue(const std::string& names, Validity validity) const {
  return make(&own_, "server", false, names, validity);
}

TlsIdentity TlsAuthority::selfSigned(const std::string& names) {
  return make(nullptr, "lonely", false, names, Validity::kNow);
}

void TlsAuthority::writeRevoked(const TlsIdentity& identity,
                                const std::filesystem::path& file) const {
  const std::unique_ptr<X509_CRL, void (*)(X509_CRL*)> list(X509_CRL_new(), X509_CRL_free);
  const std::unique_ptr<ASN1_TIME, void (*)(ASN1_TIME*)> begin(X509_gmtime_adj(nullptr, -kDay),
                                                               ASN1_TIME_free);
  const std::unique_ptr<ASN1_TIME, void (*)(ASN1_TIME*)> end(X509_gmtime_adj(nullptr, kDay),
                                                             ASN1_TIME_free);
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate()));
  X509_CRL_set1_lastUpdate(list.get(), begin.get());
  X509_CRL_set1_nextUpdate(list.get(), end.get());
  X509_REVOKED* const revoked = X509_REVOKED_new();
  X509_REVOKED_set_serialNumber(revoked, X509_get_serialNumber(identity.certificate.get()));
  X509_REVOKED_set_revocationDate(revoked, begin.get());
  require(X509_CRL_add0_revoked(list.get(), revoked) == 1);
  X509_CRL_sort(list.get());
  require(X509_CRL_sign(list.get(), own_.key.get(), EVP_sha256()) > 0);
  const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new_file(file.c_str(), "w"), BIO_free);
  require(out && PEM_write_bio_X509_CRL(out.get(), list.get()) == 1);
}

void writeIdentity(const TlsIdentity& identity, const std::filesystem::path& certificate,
                   const std::filesystem::path& key, const std::string& password) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new_file(certificate.c_str(), "w"), BIO_free);
  require(out && PEM_write_bio_X509(out.get(), identity.certificate.get()) == 1);
  const std::unique_ptr<BIO, int (*)(BIO*)> other(
      key.empty() ? nullptr : BIO_new_file(key.c_str(), "w"), BIO_free);
  require(key.empty() || other);
  std::string secret = password;
  require(PEM_write_bio_PrivateKey(key.empty() ? out.get() : other.get(), identity.key.get(),
                                   password.empty() ? nullptr : EVP_aes_256_cbc(),
                                   reinterpret_cast<unsigned char*>(secret.data()),
                                   static_cast<int>(secret.size()), nullptr, nullptr) == 1);
}

void TlsAuthority::writeTo(const std::filesystem::path& file) const {
  const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new_file(file.c_str(), "w"), BIO_free);
  require(out && PEM_write_bio_X509(out.get(), own_.certificate.get()) == 1);
}

}  // namespace forage::test
