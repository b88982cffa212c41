#include "cluster_node.h"

namespace forage::redis {

namespace {

Options optionsOf(Options options, const Address& address) {
  options.location.topology = Location::Topology::kServer;
  options.location.host = address.host;
  options.location.port = address.port;
  options.location.seeds.clear();
  return options;
}

}  // namespace

ClusterNode::ClusterNode(const Options& options, const Address& address, const Clock& clock,
                         const Dialer& dialer)
    : address_(address), transport_(optionsOf(options, address), clock, dialer) {}

}  // namespace forage::redis
