// What libcurl is told of a fetch, and what it must leave alone.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>

#include "forage/address_space.h"
#include "net/close_notify.h"
#include "net/request_rules.h"
#include "transfer.h"

namespace forage::curl {

namespace {

constexpr long kBufferBytes = 64 << 10;

/// For libcurl, which takes 0 for no limit.
long millis(Millis span) noexcept {
  constexpr Millis::rep kMost = std::numeric_limits<std::int32_t>::max();
  return static_cast<long>(std::clamp<Millis::rep>(span.count(), 1, kMost));
}

}  // namespace

void Transfer::setCallbacks() {
  CURL* const easy = easy_.get();
  set(easy, CURLOPT_PRIVATE, this);
  set(easy, CURLOPT_ERRORBUFFER, error_.data());
  set(easy, CURLOPT_HEADERFUNCTION, &Transfer::onHeader);
  set(easy, CURLOPT_HEADERDATA, this);
  set(easy, CURLOPT_WRITEFUNCTION, &Transfer::onBody);
  set(easy, CURLOPT_WRITEDATA, this);
  set(easy, CURLOPT_DEBUGFUNCTION, &Transfer::onDebug);
  set(easy, CURLOPT_DEBUGDATA, this);
  set(easy, CURLOPT_PREREQFUNCTION, &Transfer::onRequest);
  set(easy, CURLOPT_PREREQDATA, this);
  set(easy, CURLOPT_XFERINFOFUNCTION, &Transfer::onProgress);
  set(easy, CURLOPT_XFERINFODATA, this);
  set(easy, CURLOPT_NOPROGRESS, 0L);
}

void Transfer::setRules() {
  CURL* const easy = easy_.get();
  const Options& options = shared_.options;
  set(easy, CURLOPT_SHARE, shared_.share.get());
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // Otherwise the end of a fetch waits for the look-up of its name, and all others with it.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_BUFFERSIZE, kBufferBytes);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_PIPEWAIT, 1L);
  const auto age = std::chrono::ceil<std::chrono::seconds>(
      std::min<Millis>(options.idle_timeout, std::chrono::hours(24)));
  set(easy, CURLOPT_MAXAGE_CONN, static_cast<long>(age.count()));
  if (!options.interface.empty()) set(easy, CURLOPT_INTERFACE, options.interface);
  if (request_.url->isHttps()) {
    setTls();
    set(easy, CURLOPT_SSL_CTX_FUNCTION, &Transfer::onTlsContext);
    set(easy, CURLOPT_SSL_CTX_DATA, this);
    setTrust(CURLOPT_CAINFO, CURLOPT_CAPATH);
  }
  // "" keeps libcurl from what the environment says.
  set(easy, CURLOPT_PROXY, "");
  if (options.proxy) setProxy(*options.proxy);
}

void Transfer::setTls() {
  CURL* const easy = easy_.get();
  const net::TlsOptions& tls = shared_.options.tls;
  const long oldest = tls.only_1_3 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2;
  set(easy, CURLOPT_SSLVERSION, oldest);
  if (!tls.crl_file.empty()) set(easy, CURLOPT_CRLFILE, tls.crl_file);
  if (tls.cert_file.empty()) return;
  set(easy, CURLOPT_SSLCERT, tls.cert_file);
  set(easy, CURLOPT_SSLKEY, tls.key_file.empty() ? tls.cert_file : tls.key_file);
}

// Without its folder of certificates, which libcurl would trust beside a file, and which keeps it
// from loading the file once for all connections.
void Transfer::setTrust(CURLoption file, CURLoption folder) {
  const std::string& own = shared_.options.tls.ca_file;
  const char* const bundle = own.empty() ? curl_version_info(CURLVERSION_NOW)->cainfo : own.c_str();
  if (bundle == nullptr) return;
  set(easy(), file, bundle);
  set(easy(), folder, static_cast<const char*>(nullptr));
}

void Transfer::setProxy(const Proxy& proxy) {
  CURL* const easy = easy_.get();
  set(easy, CURLOPT_PROXY, proxy.url);
  // What keeps to public addresses has the proxy look: directly, nobody here would.
  set(easy, CURLOPT_NOPROXY, limits_.public_only ? std::string() : shared_.options.no_proxy);
  if (!proxy.user.empty() || !proxy.password.empty()) {
    set(easy, CURLOPT_PROXYUSERNAME, proxy.user);
    set(easy, CURLOPT_PROXYPASSWORD, proxy.password);
  }
  set(easy, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC));
  set(easy, CURLOPT_SOCKS5_AUTH, static_cast<long>(CURLAUTH_BASIC));
  set(easy, CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  setTrust(CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH);
}

void Transfer::setVersion() {
  const bool https = request_.url->isHttps();
  const HttpVersion wanted = shared_.options.http_version;
  may_be_http2_ = wanted == HttpVersion::k2 || (wanted == HttpVersion::kAuto && https);
  const int version = !may_be_http2_ ? CURL_HTTP_VERSION_1_1
                      : https        ? CURL_HTTP_VERSION_2TLS
                                     : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
  set(easy(), CURLOPT_HTTP_VERSION, static_cast<long>(version));
}

void Transfer::setRequest() {
  CURL* const easy = easy_.get();
  const std::string method(request_.method);
  const bool is_head = method == "HEAD";
  set(easy, CURLOPT_URL, request_.url->text());
  if (is_head) set(easy, CURLOPT_NOBODY, 1L);
  if (!request_.body.empty() || net::expectsBody(request_.method)) {
    const char* const body = request_.body.empty() ? "" : request_.body.data();
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(easy, CURLOPT_POSTFIELDS, body);
  }
  if (is_head || method != "GET" || !request_.body.empty()) {
    set(easy, CURLOPT_CUSTOMREQUEST, method);
  }
  set(easy, CURLOPT_HTTPHEADER, lines_->get());
  // What must not be sent twice goes over a connection of its own: a kept one may be dead already.
  const bool keeps = shared_.options.max_idle != 0;
  if (!keeps || !net::isIdempotent(request_.method)) set(easy, CURLOPT_FRESH_CONNECT, 1L);
  if (!keeps) set(easy, CURLOPT_FORBID_REUSE, 1L);
}

void Transfer::setLimits(Millis max_time) {
  set(easy(), CURLOPT_TIMEOUT_MS, millis(max_time));
  set(easy(), CURLOPT_CONNECTTIMEOUT_MS, millis(limits_.connect_timeout));
  if (limits_.speed_limit == 0) return;
  const auto time = std::chrono::ceil<std::chrono::seconds>(limits_.speed_time);
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  set(easy(), CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(std::min(limits_.speed_limit, kMost)));
  set(easy(), CURLOPT_LOW_SPEED_TIME, static_cast<long>(time.count()));
}

// Where a proxy resolves names, its address is the only one that is known here.
void Transfer::setAddresses() {
  keeps_public_ = limits_.public_only && !shared_.options.proxy;
  if (!keeps_public_) return;
  set(easy(), CURLOPT_OPENSOCKETFUNCTION, &Transfer::onOpen);
  set(easy(), CURLOPT_OPENSOCKETDATA, this);
}

// Called with each address that is tried, before anything is sent.
curl_socket_t Transfer::onOpen(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  const bool v6 = address->family == AF_INET6;
  const auto* const v6_address = reinterpret_cast<const sockaddr_in6*>(&address->addr);
  const auto* const v4_address = reinterpret_cast<const sockaddr_in*>(&address->addr);
  const std::string_view bytes =
      v6 ? std::string_view(reinterpret_cast<const char*>(&v6_address->sin6_addr), 16)
         : std::string_view(reinterpret_cast<const char*>(&v4_address->sin_addr), 4);
  auto& transfer = *static_cast<Transfer*>(self);
  const bool is_public = isPublicAddress(bytes);
  (is_public ? transfer.tries_public_ : transfer.is_not_public_) = true;
  if (!is_public) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

CURLcode Transfer::onTlsContext(CURL*, void* context, void* self) noexcept {
  static_cast<Transfer*>(self)->shakes_hands_ = true;
  net::requireCloseNotify(context);  // libcurl has OpenSSL overlook that it is missing
  return CURLE_OK;
}

}  // namespace forage::curl
