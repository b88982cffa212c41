// The plugin "curl": a fetcher on libcurl, for HTTP/2 and proxies (docs/fetcher-curl.md).
#include <array>
#include <memory>
#include <utility>

#include "forage/plugin.h"
#include "handles.h"
#include "options.h"
#include "session.h"

namespace {

using forage::FetchSession;
using forage::OptionInfo;
using forage::PluginContext;
using forage::PluginInfo;
using forage::Settings;

class CurlFetcher final : public forage::Fetcher {
 public:
  CurlFetcher(forage::curl::Options options, const forage::Clock& clock)
      : options_(std::move(options)), clock_(clock) {}

  std::unique_ptr<FetchSession> open() override {
    return std::make_unique<forage::curl::Session>(options_, clock_);
  }

 private:
  forage::curl::Library library_;
  const forage::curl::Options options_;
  const forage::Clock& clock_;
};

std::unique_ptr<forage::Fetcher> makeFetcher(const Settings& settings,
                                             const PluginContext& context) {
  return std::make_unique<CurlFetcher>(forage::curl::readOptions(settings), context.clock);
}

constexpr std::array<OptionInfo, 11> kOptions{{
    {"http_version", "text", "auto", "\"1.1\", \"2\", or \"auto\": HTTP/2 where TLS agrees to it"},
    {"ca_file", "path", "", "PEM file of the certificates to trust instead of the system's"},
    {"cert_file", "path", "", "PEM file of the certificate to show to servers that want one"},
    {"crl_file", "path", "", "PEM file of the certificates that are revoked"},
    {"key_file", "path", "", "PEM file of the key of cert_file, if it is not in that"},
    {"tls_min_version", "text", "1.2", "oldest TLS spoken: \"1.2\" or \"1.3\""},
    {"proxy", "text", "", "scheme://[user:password@]host:port; http, https, socks4[a], socks5[h]"},
    {"no_proxy", "list", "", "hosts, domains, addresses and networks asked without the proxy"},
    {"interface", "text", "", "address or network interface that connections come from"},
    {"idle_timeout", "duration", "30s", "a connection idle for longer is not used again"},
    {"max_idle", "integer", "64", "connections kept idle per URL group; 0: none is reused"},
}};

constexpr PluginInfo makeInfo() {
  PluginInfo info;
  info.name = "curl";
  info.version = FORAGE_VERSION;
  info.summary = "libcurl: HTTP/1.1 and HTTP/2, through proxies too";
  info.options = kOptions;
  info.make_fetcher = makeFetcher;
  return info;
}

constexpr PluginInfo kInfo = makeInfo();

}  // namespace

FORAGE_PLUGIN(kInfo)
