// A server whose certificate nobody vouches for: its URL fails, nothing is stored, the others go
// on.
#include <string>

#include "job_run.h"
#include "origin/origin_server.h"
#include "support/redis_server.h"

namespace forage::test {
namespace {

TEST(BadCertificate, FailsItsUrlAndNothingElse) {
  // Any server with TLS will do: it is refused before a request is sent.
  RedisServer server(RedisConfig{.tls = true});
  OriginServer origin;
  origin.start();
  const JobFolder folder;
  folder.write("job.toml",
               "[cache]\nplugin = \"memory\"\n[[group]]\nname = \"g\"\nurls = [\n" +
                   ("\"https://127.0.0.1:" + std::to_string(server.tlsPort()) + "/\",\n\"") +
                   origin.url() + "/get\"]\n");
  const JobResult result = folder.run();
  EXPECT_EQ(result.process.exit_code, 5) << result.process.err;
  EXPECT_EQ(result.total("failed"), 1u);
  EXPECT_EQ(result.total("fetched"), 1u);
  EXPECT_EQ(result.total("requests"), 1u);
  EXPECT_EQ(result.report.at("cache").at("stores"), 1u);
  EXPECT_EQ(result.report.at("errors").at(0).at("kind"), "tls");
}

}  // namespace
}  // namespace forage::test
