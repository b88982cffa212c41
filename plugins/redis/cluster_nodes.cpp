#include "cluster_nodes.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "commands.h"
#include "server_error.h"

namespace forage::redis {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Those of the map, those that are named in url or by ASK beside them.
constexpr std::size_t kMaxKnown = 2 * SlotMap::kMaxNodes;

std::string refusalOf(const std::string& error) {
  if (judge(error) == Verdict::kNotAllowed && error.starts_with("NOPERM")) {
    return "the user has no right to CLUSTER SLOTS (NOPERM): allow +cluster|slots and +asking (ACL "
           "SETUSER)";
  }
  if (judge(error) == Verdict::kUnknown || error.find("cluster support") != std::string::npos) {
    return "it is no node of a cluster: write redis:// in url";
  }
  return explain(error);
}

std::vector<Address> rotated(std::vector<Address> addresses, std::size_t by) {
  if (addresses.empty()) return addresses;
  const auto first = static_cast<std::ptrdiff_t>(by % addresses.size());
  std::rotate(addresses.begin(), addresses.begin() + first, addresses.end());
  return addresses;
}

void add(PoolStats& sum, const PoolStats& more) noexcept {
  sum.connections += more.connections;
  sum.reconnects += more.reconnects;
  sum.failures += more.failures;
}

}  // namespace

ClusterNodes::ClusterNodes(const Options& options, const Clock& clock)
    : options_(options), clock_(clock), dialer_(options), backoff_(options.retry_period) {}

ClusterNodes::NodePtr ClusterNodes::nodeLocked(const Address& address) {
  NodePtr& node = nodes_[address];
  if (!node) node = std::make_shared<ClusterNode>(options_, address, clock_, dialer_);
  return node;
}

// Throws unless some slots are known.
void ClusterNodes::knowSlots(std::unique_lock<std::mutex>& lock) {
  if (map_.nodes().empty()) {
    lock.unlock();
    refresh(nullptr);
    lock.lock();
  }
  if (map_.nodes().empty()) throw ConnectionError(last_fault_, last_failure_);
}

ClusterNodes::NodePtr ClusterNodes::nodeOf(std::optional<std::uint16_t> slot) {
  std::unique_lock lock(mutex_);
  knowSlots(lock);
  const Address* const owner = slot ? map_.nodeOf(*slot) : nullptr;
  return nodeLocked(owner != nullptr ? *owner : map_.nodes()[turn_++ % map_.nodes().size()]);
}

ClusterNodes::NodePtr ClusterNodes::nodeAt(const Address& address) {
  const std::lock_guard lock(mutex_);
  if (nodes_.size() >= kMaxKnown && !nodes_.contains(address)) {
    throw ConnectionError(Fault::kProtocol, "it names more nodes than a cluster has");
  }
  return nodeLocked(address);
}

ClusterNodes::NodePtr ClusterNodes::moved(std::uint16_t slot, const Address& address) {
  const std::lock_guard lock(mutex_);
  map_.assign(slot, address);
  return nodeLocked(address);
}

void ClusterNodes::refresh(const Address* suspect) {
  std::vector<NodePtr> dropped;  // end outside the lock
  std::unique_lock lock(mutex_);
  if (refreshing_) return refreshed_.wait(lock, [this] { return !refreshing_; });
  const TimePoint now = clock_.now();
  if (now < next_refresh_ || backoff_.holdsBack(now)) return;
  refreshing_ = true;
  const std::vector<Address> sources = sourcesLocked(suspect);
  lock.unlock();
  Found found = askInTurn(sources);
  lock.lock();
  dropped = takeLocked(std::move(found));
  refreshing_ = false;
  refreshed_.notify_all();
}

// Whom to ask: those that have slots, then those of url; each time another one first, because time
// may be over after that one.
std::vector<Address> ClusterNodes::sourcesLocked(const Address* suspect) {
  std::vector<Address> sources = rotated(map_.nodes(), turn_);
  for (const Address& seed : rotated(options_.location.seeds, turn_)) {
    if (std::ranges::find(sources, seed) == sources.end()) sources.push_back(seed);
  }
  ++turn_;
  if (suspect != nullptr) {
    std::stable_partition(sources.begin(), sources.end(),
                          [suspect](const Address& source) { return source != *suspect; });
  }
  return sources;
}

ClusterNodes::Found ClusterNodes::askInTurn(const std::vector<Address>& sources) {
  Found found;
  const TimePoint limit = SteadyClock::now() + options_.connect_timeout;
  for (const Address& source : sources) {
    if (!found.failure.empty() && SteadyClock::now() >= limit) break;
    try {
      found.map = ask(source);
      return found;
    } catch (const ConnectionError& error) {
      // Only a value may be too large for us, and still Redis be there.
      found.fault = error.fault() == Fault::kTooLarge ? Fault::kProtocol : error.fault();
      found.failure = error.what();
    } catch (const std::exception& error) {
      found.failure = error.what();  // out of memory; others wait for this to end
    }
  }
  return found;
}

SlotMap ClusterNodes::ask(const Address& address) {
  const NodePtr node = nodeAt(address);
  Commands commands;
  commands.begin(2);
  commands.add("CLUSTER");
  commands.add("SLOTS");
  Problem problem;
  Reply slots;
  node->exchange(commands, problem,
                 [&slots](std::size_t, Reply&& reply) { slots = std::move(reply); });
  const std::string where = "node " + address.shown() + ": ";
  if (slots.type == Reply::Type::kError) {
    throw ConnectionError(Fault::kRefused, where + refusalOf(slots.text));
  }
  try {
    return {slots, address};
  } catch (const ConnectionError& error) {
    throw ConnectionError(error.fault(), where + error.what());
  }
}

// Returns the nodes that have no slots any more, and are forgotten.
std::vector<ClusterNodes::NodePtr> ClusterNodes::takeLocked(Found&& found) {
  const TimePoint now = clock_.now();
  if (!found.map) {
    backoff_.failed(now, chance_.next());
    last_fault_ = found.fault;
    last_failure_ = std::move(found.failure);
    return {};
  }
  backoff_.succeeded();
  next_refresh_ = now + options_.retry_period;
  map_ = *std::move(found.map);
  std::vector<NodePtr> dropped;
  std::erase_if(nodes_, [&](const auto& known) {
    const auto& [address, node] = known;
    if (std::ranges::find(map_.nodes(), address) != map_.nodes().end()) return false;
    add(past_, node->stats());
    past_timeouts_ += node->timeouts();
    dropped.push_back(node);
    return true;
  });
  return dropped;
}

std::vector<std::string> ClusterNodes::names() {
  std::unique_lock lock(mutex_);
  knowSlots(lock);
  std::vector<std::string> names;
  for (const Address& node : map_.nodes()) names.push_back(node.shown());
  return names;
}

ClusterNodes::NodePtr ClusterNodes::named(const std::string& name) {
  const std::lock_guard lock(mutex_);
  for (const Address& node : map_.nodes()) {
    if (node.shown() == name) return nodeLocked(node);
  }
  throw ConnectionError(Fault::kUnreachable, "node " + name + ": it has no slots any more");
}

PoolStats ClusterNodes::stats() const noexcept {
  const std::lock_guard lock(mutex_);
  PoolStats sum = past_;
  for (const auto& [address, node] : nodes_) add(sum, node->stats());
  return sum;
}

std::uint64_t ClusterNodes::timeouts() const noexcept {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = past_timeouts_;
  for (const auto& [address, node] : nodes_) sum += node->timeouts();
  return sum;
}

}  // namespace forage::redis
