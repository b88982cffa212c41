#include "transport.h"

#include "cluster_transport.h"
#include "pool_transport.h"
#include "rest_transport.h"

namespace forage::redis {

std::unique_ptr<Transport> makeTransport(const Options& options, const Clock& clock) {
  if (options.rest) return std::make_unique<RestTransport>(options, clock);
  if (options.location.topology == Location::Topology::kCluster) {
    return std::make_unique<ClusterTransport>(options, clock);
  }
  return std::make_unique<PoolTransport>(options, clock);
}

}  // namespace forage::redis
