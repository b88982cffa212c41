#include "shared_redis.h"

#include <gtest/gtest.h>

#include <csignal>
#include <utility>

#include "support/process.h"

namespace forage::test {

SharedRedis::SharedRedis(bool tls, Url url)
    : server_({.tls = tls}), tls_(tls), url_((server_.*url)()) {}

std::unique_ptr<Cache> SharedRedis::process(Options more) {
  more.insert({"lease", lifeText()});
  if (tls_) more["ca_file"] = server_.caFile().string();
  return makeRedis(url_, clock_, more);
}

void SharedRedis::leaveBehind(const std::vector<Key>& keys) {
  ProcessSpec spec;
  spec.command = {FORAGE_LEASE_HOLDER, url_, tls_ ? server_.caFile().string() : "", lifeText()};
  spec.command.insert(spec.command.end(), keys.begin(), keys.end());
  Process holder(spec);
  EXPECT_TRUE(holder.waitForText("held")) << holder.err();
  holder.signal(SIGKILL);
  EXPECT_EQ(holder.wait().signal, SIGKILL);
}

bool SharedRedis::cutConnections() {
  for (const char* type : {"pubsub", "normal"}) server_.command({"CLIENT", "KILL", "TYPE", type});
  return true;
}

}  // namespace forage::test
