#include "pool_transport.h"

#include "fault.h"
#include "sign_in.h"

namespace forage::redis {

PoolTransport::PoolTransport(const Options& options, const Clock& clock, const Dialer& dialer)
    : pool_(options.max_connections, options.retry_period, clock, Connector(options, dialer)) {}

// An idle connection that the server closed meanwhile, as a restart does, is replaced once: nothing
// of a reply came back, and each of our commands may be sent twice.
void PoolTransport::exchange(const Commands& commands, Problem& problem, const OnReply& on_reply) {
  {
    Pool::Lease lease = pool_.take();
    lease->begin(commands);
    if (finish(lease, problem, on_reply)) return;
  }
  Pool::Lease fresh = pool_.takeFresh();
  fresh->begin(commands);
  (void)finish(fresh, problem, on_reply);  // true: it is not reused
}

bool PoolTransport::finish(Pool::Lease& lease, Problem& problem, const OnReply& on_reply) {
  try {
    lease->finish(on_reply);
  } catch (const ConnectionError& error) {
    if (error.fault() == Fault::kTimeout) {
      ++timeouts_;
      pool_.closeIdle();  // they lead to the same server, and each would cost a timeout
    }
    if (error.fault() == Fault::kClosed && lease.isReused() && lease->heardNothing()) {
      pool_.closeIdle();  // no newer than this one
      return false;
    }
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
