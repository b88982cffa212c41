#include "net/tls_options.h"

#include <unistd.h>

#include "forage/error.h"
#include "net/client_certificate.h"

namespace forage::net {

namespace {

std::string readFileName(const Settings& settings, std::string_view key) {
  std::string file = settings.path(key);
  if (!file.empty() && ::access(file.c_str(), R_OK) != 0) {
    settings.fail(key, "cannot be read: " + file);
  }
  return file;
}

bool readVersion(const Settings& settings) {
  const std::string version = settings.text("tls_min_version", "1.2");
  if (version != "1.2" && version != "1.3") {
    settings.fail("tls_min_version", "wants \"1.2\" or \"1.3\"; before that TLS is no protection");
  }
  return version == "1.3";
}

}  // namespace

TlsOptions readTlsOptions(const Settings& settings) {
  TlsOptions options;
  options.ca_file = readFileName(settings, "ca_file");
  options.crl_file = readFileName(settings, "crl_file");
  options.cert_file = readFileName(settings, "cert_file");
  options.key_file = readFileName(settings, "key_file");
  options.only_1_3 = readVersion(settings);
  if (options.cert_file.empty()) {
    if (!options.key_file.empty()) settings.fail("key_file", "is of no use without cert_file");
    return options;
  }
  // Now, and not at the first connection: nothing has been sent yet.
  const std::string why = checkClientCertificate(options);
  if (!why.empty()) settings.fail(options.key_file.empty() ? "cert_file" : "key_file", why);
  return options;
}

}  // namespace forage::net
