// The plugin "http": an event-driven HTTP/1.1 fetcher (docs/fetcher-http.md).
#include <array>
#include <memory>
#include <string>

#include "forage/plugin.h"
#include "net/resolver.h"
#include "net/tls_context.h"
#include "session.h"

namespace {

using forage::FetchSession;
using forage::OptionInfo;
using forage::PluginContext;
using forage::PluginInfo;
using forage::Settings;

class HttpFetcher final : public forage::Fetcher {
 public:
  HttpFetcher(forage::http1::SessionOptions options, forage::net::TlsOptions tls,
              const forage::Clock& clock)
      : options_(std::move(options)),
        tls_(std::make_shared<forage::net::TlsContext>(std::move(tls))),
        clock_(clock) {}

  std::unique_ptr<FetchSession> open() override {
    return std::make_unique<forage::http1::Session>(options_, tls_, clock_);
  }

 private:
  forage::http1::SessionOptions options_;
  std::shared_ptr<forage::net::TlsContext> tls_;  // built at the first TLS connection of all
  const forage::Clock& clock_;
};

std::unique_ptr<forage::Fetcher> makeFetcher(const Settings& settings,
                                             const PluginContext& context) {
  constexpr std::int64_t kMostIdle = 65'536;
  forage::http1::SessionOptions options;
  options.idle_timeout = settings.duration("idle_timeout", options.idle_timeout);
  options.max_idle = static_cast<std::size_t>(
      settings.integer("max_idle", static_cast<std::int64_t>(options.max_idle), 0, kMostIdle));
  options.dns_servers = settings.text("dns_servers", "");
  if (!forage::net::isServerList(options.dns_servers)) {
    settings.fail("dns_servers", "wants addresses such as \"192.0.2.1:53,[2001:db8::1]:53\"");
  }
  forage::net::TlsOptions tls = forage::net::readTlsOptions(settings);
  tls.alpn = "http/1.1";
  return std::make_unique<HttpFetcher>(std::move(options), std::move(tls), context.clock);
}

constexpr std::array<OptionInfo, 8> kOptions{{
    {"ca_file", "path", "", "PEM file of the certificates to trust instead of the system's"},
    {"cert_file", "path", "", "PEM file of the certificate to show to servers that want one"},
    {"crl_file", "path", "", "PEM file of the certificates that are revoked"},
    {"key_file", "path", "", "PEM file of the key of cert_file, if it is not in that"},
    {"tls_min_version", "text", "1.2", "oldest TLS spoken: \"1.2\" or \"1.3\""},
    {"idle_timeout", "duration", "30s", "how long a connection is kept for the next request"},
    {"max_idle", "integer", "64", "connections kept idle per URL group; 0: none is reused"},
    {"dns_servers", "text", "", "host:port,host:port to ask instead of the system's (for tests)"},
}};

constexpr PluginInfo makeInfo() {
  PluginInfo info;
  info.name = "http";
  info.version = FORAGE_VERSION;
  info.summary = "HTTP/1.1 over TCP and TLS, event-driven, many fetches in flight on one thread";
  info.options = kOptions;
  info.make_fetcher = makeFetcher;
  return info;
}

constexpr PluginInfo kInfo = makeInfo();

}  // namespace

FORAGE_PLUGIN(kInfo)
