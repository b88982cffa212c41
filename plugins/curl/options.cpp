#include "options.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "handles.h"

namespace forage::curl {

namespace {

constexpr std::size_t kLongestSocksName = 255;  // RFC 1929, section 2

/// A part of an address, decoded; "" where it has none. Nothing: it decodes to control bytes.
std::optional<std::string> part(CURLU* address, CURLUPart what) {
  char* text = nullptr;
  const CURLUcode code = curl_url_get(address, what, &text, CURLU_URLDECODE);
  const std::unique_ptr<char, Free<curl_free>> owned(text);
  if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code == CURLUE_OK) return text;
  if (code == CURLUE_URLDECODE) return std::nullopt;
  return "";
}

bool hasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Proxy readProxy(const Settings& settings, const std::string& text) {
  constexpr std::array<std::string_view, 6> kSchemes{"http",    "https",  "socks4",
                                                     "socks4a", "socks5", "socks5h"};
  constexpr const char* kForm = "wants scheme://[user:password@]host:port";
  const Address address(curl_url());
  if (!address) throw std::bad_alloc();
  const bool has_scheme = text.find("://") != std::string::npos;
  if (!has_scheme || curl_url_set(address.get(), CURLUPART_URL, text.c_str(),
                                  CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    settings.fail("proxy", kForm);
  }
  const auto scheme = part(address.get(), CURLUPART_SCHEME);
  if (!scheme || std::find(kSchemes.begin(), kSchemes.end(), *scheme) == kSchemes.end()) {
    settings.fail("proxy", "is none of http, https, socks4, socks4a, socks5, socks5h");
  }
  const auto port = part(address.get(), CURLUPART_PORT);
  const auto host = part(address.get(), CURLUPART_HOST);
  if (!port || port->empty() || !host || host->empty()) settings.fail("proxy", kForm);
  if (part(address.get(), CURLUPART_PATH) != "/" || part(address.get(), CURLUPART_QUERY) != "" ||
      part(address.get(), CURLUPART_FRAGMENT) != "") {
    settings.fail("proxy", std::string(kForm) + ", and nothing after it");
  }
  const auto user = part(address.get(), CURLUPART_USER);
  const auto password = part(address.get(), CURLUPART_PASSWORD);
  if (!user || !password) settings.fail("proxy", "has control bytes in its user or password");
  if (scheme->starts_with("socks") &&
      (user->size() > kLongestSocksName || password->size() > kLongestSocksName)) {
    settings.fail("proxy", "has a user or password of more than 255 bytes");
  }
  return {*scheme + "://" + *host + ':' + *port, *user, *password};
}

std::string readNoProxy(const Settings& settings) {
  std::string joined;
  const std::vector<std::string> entries = settings.list("no_proxy");
  for (const std::string& entry : entries) {
    const bool is_all = entry == "*" && entries.size() == 1;
    const bool odd = entry.empty() || hasControl(entry) ||
                     entry.find_first_of(", ") != std::string::npos ||
                     (entry.find('*') != std::string::npos && !is_all);
    if (odd) {
      settings.fail("no_proxy",
                    "wants hosts, domains (which cover what is below them), addresses and networks "
                    "such as \"10.0.0.0/8\", or \"*\" alone");
    }
    joined += (joined.empty() ? "" : ",") + entry;
  }
  return joined;
}

std::string readInterface(const Settings& settings) {
  const std::string text = settings.text("interface", "");
  if (text.empty()) return "";
  std::array<unsigned char, sizeof(in6_addr)> address;
  if (::inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
      ::inet_pton(AF_INET6, text.c_str(), address.data()) == 1) {
    return "host!" + text;
  }
  if (::if_nametoindex(text.c_str()) == 0) {
    settings.fail("interface", "is no address, and this machine has no interface of that name");
  }
  return "if!" + text;
}

HttpVersion readVersion(const Settings& settings) {
  const std::string text = settings.text("http_version", "auto");
  const bool has_2 = (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2) != 0;
  if (text == "1.1") return HttpVersion::k1;
  if (text == "auto") return has_2 ? HttpVersion::kAuto : HttpVersion::k1;
  if (text != "2") settings.fail("http_version", "wants \"1.1\", \"2\" or \"auto\"");
  if (!has_2) settings.fail("http_version", "the libcurl of this machine has no HTTP/2");
  return HttpVersion::k2;
}

}  // namespace

Options readOptions(const Settings& settings) {
  constexpr std::int64_t kMostIdle = 65'536;
  Options options;
  options.http_version = readVersion(settings);
  options.tls = net::readTlsOptions(settings);
  if (const std::string proxy = settings.text("proxy", ""); !proxy.empty()) {
    options.proxy = readProxy(settings, proxy);
  }
  options.no_proxy = readNoProxy(settings);
  options.interface = readInterface(settings);
  options.idle_timeout = settings.duration("idle_timeout", options.idle_timeout);
  if (options.idle_timeout < std::chrono::seconds(1)) {
    settings.fail("idle_timeout", "wants a second or more; max_idle = 0 keeps no connection");
  }
  options.max_idle = static_cast<std::size_t>(
      settings.integer("max_idle", static_cast<std::int64_t>(options.max_idle), 0, kMostIdle));
  return options;
}

}  // namespace forage::curl
