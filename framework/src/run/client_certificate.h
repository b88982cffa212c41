// Who a run is to servers that want to see a certificate.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "forage/job.h"
#include "http/vary.h"

namespace forage::run {

/// Tells runs with different client certificates apart, and says nothing of them; "" without one.
/// What cannot be read is for the fetcher to complain of.
[[nodiscard]] inline std::string clientCertificate(const Job& job) {
  const Settings& settings = job.fetch.plugin.settings;
  if (!settings.has("cert_file")) return {};
  std::ifstream file(settings.path("cert_file"), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return http::opaqueDigest(text);
}

}  // namespace forage::run
