// TLS as the job wants it: our own certificate, what is revoked, the oldest version.
#include "forage/error.h"
#include "tls_fixture.h"

namespace forage::test {
namespace {

class TlsClient : public Tls {
 protected:
  TlsClient() {
    server_->requireCertificateOf(clients_);
    writeIdentity(clients_.issue("DNS:client"), certificate_, key_);
  }

  void useCertificate(const std::string& certificate, const std::string& key = "") {
    Settings::Values options{{"ca_file", option(world_.caFile())}};
    if (!certificate.empty()) options.emplace("cert_file", option(certificate));
    if (!key.empty()) options.emplace("key_file", option(key));
    useOptions(options);
  }
  std::string refusalOfOptions(const std::string& certificate, const std::string& key) {
    try {
      useCertificate(certificate, key);
    } catch (const ConfigError& error) {
      return error.message();
    }
    ADD_FAILURE() << "taken";
    return {};
  }

  TlsAuthority clients_;
  std::shared_ptr<TlsServer> server_ = serverFor(kOurNames);
  const std::string certificate_ = world_.file("client.crt");
  const std::string key_ = world_.file("client.key");
};

TEST_F(TlsClient, ShowsItsCertificateToWhoWantsOne) {
  const ScriptedServer server(serving(server_, okResponse("page")));
  useCertificate(certificate_, key_);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(get(url(server)).body, "page");
}

TEST_F(TlsClient, TakesCertificateAndKeyFromOneFile) {
  writeIdentity(clients_.issue("DNS:client"), world_.file("both.pem"));
  const ScriptedServer server(serving(server_, okResponse("page")));
  useCertificate(world_.file("both.pem"));
  EXPECT_EQ(get(url(server)).body, "page");
}

TEST_F(TlsClient, FailsWithoutTheCertificateThatIsWanted) {
  std::atomic<bool> asked{false};
  const ScriptedServer server([&](Peer& peer, std::size_t) {
    if (server_->accept(peer)) asked = !peer.readRequest().empty();
  });
  EXPECT_EQ(failureAt(url(server)).kind, ErrorKind::kTls);
  writeIdentity(TlsAuthority().issue("DNS:client"), world_.file("foreign.pem"));
  useCertificate(world_.file("foreign.pem"));
  EXPECT_EQ(failureAt(url(server)).kind, ErrorKind::kTls);
  EXPECT_FALSE(asked);
}

TEST_F(TlsClient, RefusesFilesThatAreOfNoUseBeforeAnyRequest) {
  writeIdentity(clients_.issue("DNS:client"), world_.file("other.crt"), world_.file("other.key"));
  EXPECT_NE(refusalOfOptions(certificate_, world_.file("other.key")).find("key_file"),
            std::string::npos);
  writeIdentity(clients_.issue("DNS:client"), world_.file("locked.crt"), world_.file("locked.key"),
                "open sesame");
  EXPECT_NE(refusalOfOptions(world_.file("locked.crt"), world_.file("locked.key"))
                .find("without a password"),
            std::string::npos);
  EXPECT_NE(refusalOfOptions(world_.file("none.pem"), "").find("cannot be read"),
            std::string::npos);
  EXPECT_NE(refusalOfOptions(world_.caFile(), "").find("its key"), std::string::npos);
  EXPECT_NE(refusalOfOptions("", key_).find("without cert_file"), std::string::npos);
}

TEST_F(Tls, RefusesACertificateThatIsRevoked) {
  const TlsIdentity good = world_.authority.issue(kOurNames);
  const TlsIdentity revoked = world_.authority.issue(kOurNames);
  world_.authority.writeRevoked(revoked, world_.file("crl.pem"));
  useOptions({{"ca_file", option(world_.caFile())}, {"crl_file", option(world_.file("crl.pem"))}});
  EXPECT_EQ(refusalOf(revoked).kind, ErrorKind::kTls);
  const ScriptedServer server(serving(std::make_shared<TlsServer>(good), okResponse("page")));
  EXPECT_EQ(get(url(server)).body, "page");
}

TEST_F(Tls, SpeaksNoVersionThatIsOlderThanTheJobSays) {
  const auto tls = std::make_shared<TlsServer>(world_.authority.issue(kOurNames), TLS1_2_VERSION);
  const ScriptedServer server(serving(tls, okResponse("page")));
  useOptions({{"ca_file", option(world_.caFile())}, {"tls_min_version", option("1.3")}});
  EXPECT_EQ(failureAt(url(server)).kind, ErrorKind::kTls);
  const ScriptedServer newer(serving(serverFor(kOurNames), okResponse("page")));
  EXPECT_EQ(get(url(newer)).body, "page");
  EXPECT_THROW(useOptions({{"tls_min_version", option("1.0")}}), ConfigError);
}

}  // namespace
}  // namespace forage::test
