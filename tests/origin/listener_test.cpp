#include "origin/listener.h"

#include <gtest/gtest.h>

#include <string>
#include <system_error>

#include "origin/client.h"
#include "support/eventually.h"

namespace forage::origin {
namespace {

TEST(OriginListener, TakesAFreePortAndTellsWhichOne) {
  const Listener one("127.0.0.1", 0);
  const Listener other("127.0.0.1", 0);
  EXPECT_NE(one.port(), 0);
  EXPECT_NE(one.port(), other.port());
}

TEST(OriginListener, TakesConnectionsAndWaitsForNone) {
  Listener listener("127.0.0.1", 0);
  EXPECT_EQ(listener.accept().socket, -1);
  EXPECT_FALSE(listener.accept().exhausted);
  const test::Client client(listener.port());
  Listener::Accepted accepted;
  ASSERT_TRUE(test::eventually([&] {
    accepted = listener.accept();
    return accepted.socket >= 0;
  }));
  const Descriptor closes(accepted.socket);
  EXPECT_EQ(listener.accept().socket, -1);
}

TEST(OriginListener, WantsANumericAddress) {
  EXPECT_THROW(Listener("localhost.example", 0), std::system_error);
}

TEST(OriginListener, APortThatIsTakenIsAnError) {
  const Listener one("127.0.0.1", 0);
  try {
    const Listener other("127.0.0.1", one.port());
    FAIL() << "two listen on port " << one.port();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::address_in_use);
    EXPECT_NE(std::string(error.what()).find(std::to_string(one.port())), std::string::npos);
  }
}

}  // namespace
}  // namespace forage::origin
