// The fetcher under test beside servers that speak TLS, with certificates of one authority.
#pragma once

#include <filesystem>

#include "http_fixture.h"
#include "support/tls_codec.h"
#include "support/tls_identity.h"

namespace forage::test {

inline constexpr const char* kOurNames = "DNS:localhost,IP:127.0.0.1";

// One authority for all tests, and a file with its certificate.
class TlsWorld {
 public:
  TlsWorld() {
    std::string pattern = (std::filesystem::temp_directory_path() / "forage-tls-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    authority.writeTo(caFile());
  }
  ~TlsWorld() { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string caFile() const { return file("ca.pem"); }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_ / name; }
  TlsAuthority authority;

 private:
  std::filesystem::path folder_;
};

class Tls : public FetcherTest {
 protected:
  Tls() { useOptions({{"ca_file", option(world_.caFile())}}); }

  // Shakes hands, then answers every request with `bytes`.
  static ScriptedServer::Script serving(std::shared_ptr<TlsServer> tls, std::string bytes) {
    return [tls = std::move(tls), bytes = std::move(bytes)](Peer& peer, std::size_t) {
      if (!tls->accept(peer)) return;
      while (!peer.readRequest().empty()) peer.send(bytes);
    };
  }
  std::shared_ptr<TlsServer> serverFor(const std::string& names) const {
    return std::make_shared<TlsServer>(world_.authority.issue(names));
  }
  static std::string url(const ScriptedServer& server, const std::string& host = "localhost") {
    return "https://" + host + ":" + std::to_string(server.port()) + "/";
  }
  // The failure of a fetch from a server with `identity`, which must never see a request.
  Failure refusalOf(const TlsIdentity& identity, const std::string& host = "localhost") {
    std::atomic<bool> asked{false};
    const auto tls = std::make_shared<TlsServer>(identity);
    const ScriptedServer server([&](Peer& peer, std::size_t) {
      if (tls->accept(peer)) asked = !peer.readRequest().empty();
    });
    Failure failure = failureAt(url(server, host));
    EXPECT_FALSE(asked);
    return failure;
  }

  TlsWorld world_;
};

}  // namespace forage::test
