// A process that acquires leases and keeps them until it is killed, for tests of what becomes of
// these: lease_holder URL CA_FILE LEASE KEY...
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "forage/clock.h"
#include "redis_plugin.h"

namespace {

class DeafHome final : public forage::LeaseHome {
 public:
  void leaseEnded(const forage::Key&) noexcept override {}
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) return 2;
  const forage::SystemClock clock;
  forage::test::Options options{{"lease", std::string(arguments[3])}};
  if (*arguments[2] != '\0') options["ca_file"] = std::string(arguments[2]);
  const auto cache = forage::test::makeRedis(arguments[1], clock, options);
  const std::vector<forage::Key> keys(arguments + 4, arguments + count);
  std::vector<forage::Leases::State> states(keys.size());
  DeafHome home;
  cache->leases()->acquire(keys, states, home);
  for (const auto state : states) {
    if (state == forage::Leases::State::kOthers) return 1;
  }
  std::puts("held");
  std::fflush(stdout);
  for (;;) ::pause();
}
