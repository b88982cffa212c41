#include "handles.h"

#include <new>
#include <string_view>

namespace forage::curl {

namespace {

constexpr unsigned kOldest = 0x075700;  // 7.87.0: a name that is looked up holds up no other fetch

}  // namespace

Library::Library() {
  check(curl_global_init(CURL_GLOBAL_DEFAULT));
  const curl_version_info_data* const info = curl_version_info(CURLVERSION_NOW);
  const char* const tls = info->ssl_version;
  const bool has_openssl = tls != nullptr && std::string_view(tls).starts_with("OpenSSL/");
  if (info->version_num >= kOldest && has_openssl) return;
  const std::string found = std::string(info->version) + " with " + (tls ? tls : "no TLS");
  curl_global_cleanup();
  throw PluginError("wants libcurl 7.87 or newer with OpenSSL, not " + found);
}

Library::~Library() { curl_global_cleanup(); }

void check(CURLcode code) {
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK) throw Error(std::string("libcurl: ") + curl_easy_strerror(code));
}

void check(CURLMcode code) {
  if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLM_OK) throw Error(std::string("libcurl: ") + curl_multi_strerror(code));
}

void check(CURLSHcode code) {
  if (code == CURLSHE_NOMEM) throw std::bad_alloc();
  if (code != CURLSHE_OK) throw Error(std::string("libcurl: ") + curl_share_strerror(code));
}

void append(Lines& lines, const std::string& line) {
  curl_slist* const longer = curl_slist_append(lines.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(lines.release());
  lines.reset(longer);
}

}  // namespace forage::curl
