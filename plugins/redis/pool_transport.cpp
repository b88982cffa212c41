#include "pool_transport.h"

#include "fault.h"
#include "sign_in.h"

namespace forage::redis {

PoolTransport::PoolTransport(const Options& options, const Clock& clock)
    : pool_(options.max_connections, options.retry_period, clock, Connector(options)) {}

// An idle connection that the server closed meanwhile, as a restart does, is replaced once: nothing
// of a reply came back, and each of our commands may be sent twice.
void PoolTransport::exchange(const Commands& commands, Problem& problem, const OnReply& on_reply) {
  {
    Pool::Lease lease = pool_.take();
    if (attempt(lease, commands, problem, on_reply)) return;
  }
  pool_.closeIdle();
  Pool::Lease fresh = pool_.takeFresh();
  attempt(fresh, commands, problem, on_reply);
}

// False: the connection turned out to have been closed before.
bool PoolTransport::attempt(Pool::Lease& lease, const Commands& commands, Problem& problem,
                            const OnReply& on_reply) {
  try {
    lease->exchange(commands, on_reply);
  } catch (const ConnectionError& error) {
    if (error.fault() == Fault::kTimeout) {
      ++timeouts_;
      pool_.closeIdle();  // they lead to the same server, and each would cost a timeout
    }
    if (error.fault() == Fault::kClosed && lease.isReused() && lease->heardNothing()) return false;
    throw;
  }
  if (problem.wantsReconnect()) {
    pool_.closeIdle();
  } else {
    lease.giveBack();
  }
  return true;
}

}  // namespace forage::redis
