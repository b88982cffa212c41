// The fetcher under test behind a proxy that is scripted.
#pragma once

#include <string>
#include <vector>

#include "tls_fixture.h"

namespace forage::test {

class Proxies : public Tls {
 protected:
  // `address`: what stands after the "//".
  void useProxy(const std::string& scheme, const std::string& address,
                std::vector<std::string> no_proxy = {}) {
    useOptions({{"ca_file", option(world_.caFile())},
                {"proxy", option(scheme + "://" + address)},
                {"no_proxy", {std::move(no_proxy), "job.toml:1:1"}}});
  }
  static std::string at(const ScriptedServer& server) {
    return "127.0.0.1:" + std::to_string(server.port());
  }
};

}  // namespace forage::test
