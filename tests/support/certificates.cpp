#include "support/certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace forage::test {

namespace {

constexpr long kDay = 24 * 60 * 60;

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("cannot make a certificate: ") + what);
}

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};

std::unique_ptr<BIO, FreeBio> create(const std::filesystem::path& file) {
  std::unique_ptr<BIO, FreeBio> bio(BIO_new_file(file.c_str(), "w"));
  require(bio != nullptr, "cannot write its file");
  return bio;
}

void write(const std::filesystem::path& file, X509* certificate) {
  require(PEM_write_bio_X509(create(file).get(), certificate) == 1, "cannot write it");
}

void write(const std::filesystem::path& file, EVP_PKEY* key) {
  require(
      PEM_write_bio_PrivateKey(create(file).get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
      "cannot write its key");
}

void extend(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  require(extension != nullptr, value.c_str());
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  require(added, value.c_str());
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::filesystem::path& folder,
                                           const std::string& name)
    : folder_(folder), file_(folder / (name + ".pem")), key_(EVP_EC_gen("P-256")) {
  require(key_ != nullptr, "no key");
  certificate_ = sign(key_.get(), name, "critical,CA:TRUE", "");
  write(file_, certificate_.get());
}

CertificateAuthority::Issued CertificateAuthority::issue(const std::string& name,
                                                         const std::string& names) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  require(key != nullptr, "no key");
  const CertificatePtr certificate = sign(key.get(), name, "CA:FALSE", names);
  Issued issued{folder_ / (name + ".crt"), folder_ / (name + ".key")};
  write(issued.certificate, certificate.get());
  write(issued.key, key.get());
  return issued;
}

CertificateAuthority::CertificatePtr CertificateAuthority::sign(EVP_PKEY* key,
                                                                const std::string& name,
                                                                const char* constraints,
                                                                const std::string& names) {
  CertificatePtr certificate(X509_new());
  X509* const raw = certificate.get();
  require(raw != nullptr, "no memory");
  X509* const issuer = certificate_ ? certificate_.get() : raw;
  X509_set_version(raw, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), serial_++);
  X509_gmtime_adj(X509_getm_notBefore(raw), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(raw), kDay);
  X509_set_pubkey(raw, key);
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8, text, -1, -1, 0);
  X509_set_issuer_name(raw, X509_get_subject_name(issuer));
  extend(raw, issuer, NID_basic_constraints, constraints);
  if (!names.empty()) extend(raw, issuer, NID_subject_alt_name, names);
  require(X509_sign(raw, key_.get(), EVP_sha256()) > 0, "cannot sign it");
  return certificate;
}

}  // namespace forage::test
