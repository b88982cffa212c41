#include "pool_transport.h"

#include <chrono>

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
    begin(lease, commands);
    if (finish(lease, problem, on_reply)) return;
  }
  Pool::Lease fresh = pool_.takeFresh();
  begin(fresh, commands);
  (void)finish(fresh, problem, on_reply);  // true: it is not reused
}

// A call may wait for its turn, and for a connection to be made.
void PoolTransport::begin(Pool::Lease& lease, const Commands& commands) {
  if (std::chrono::steady_clock::now() > commands.latest()) {
    lease.giveBack();
    throw ConnectionError(Fault::kLate, "it was too late to send a command");
  }
  lease->begin(commands);
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
