// The nodes of a cluster: which has which slots, and the connections to each. What is known of them
// is asked for anew where it proves wrong, by one thread at a time and at most once per retry
// period. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "address.h"
#include "backoff.h"
#include "chance.h"
#include "cluster_node.h"
#include "dial.h"
#include "fault.h"
#include "forage/clock.h"
#include "options.h"
#include "pool_stats.h"
#include "slot_map.h"

namespace forage::redis {

class ClusterNodes {
 public:
  using NodePtr = std::shared_ptr<ClusterNode>;

  /// Connects at the first use. `clock` outlives it.
  ClusterNodes(const Options& options, const Clock& clock);

  /// The node that has `slot`; any where nobody is known to, or there is no slot. Never null.
  /// Throws ConnectionError: no node tells anything.
  [[nodiscard]] NodePtr nodeOf(std::optional<std::uint16_t> slot);
  /// A node that another one named, known before or not. Never null. Throws ConnectionError
  /// kProtocol: there are too many.
  [[nodiscard]] NodePtr nodeAt(const Address& address);
  /// The same, and it has `slot` from now on.
  [[nodiscard]] NodePtr moved(std::uint16_t slot, const Address& address);

  /// Asks for the slots of all, unless that was done within the retry period: other nodes before
  /// `suspect`, which may be null. Begins no further attempt after connect_timeout. Never fails:
  /// what is known stays.
  void refresh(const Address* suspect);

  /// Those that have slots, by Address::shown(). Throws ConnectionError: no node tells anything.
  [[nodiscard]] std::vector<std::string> names();
  /// The node of that name. Throws ConnectionError: there is none any more.
  [[nodiscard]] NodePtr named(const std::string& name);

  [[nodiscard]] PoolStats stats() const noexcept;
  [[nodiscard]] std::uint64_t timeouts() const noexcept;
  [[nodiscard]] std::uint64_t chance() noexcept { return chance_.next(); }

 private:
  struct Found {
    std::optional<SlotMap> map;
    Fault fault = Fault::kUnreachable;
    std::string failure;
  };

  NodePtr nodeLocked(const Address& address);
  void knowSlots(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] std::vector<Address> sourcesLocked(const Address* suspect);
  [[nodiscard]] Found askInTurn(const std::vector<Address>& sources);
  [[nodiscard]] SlotMap ask(const Address& address);
  [[nodiscard]] std::vector<NodePtr> takeLocked(Found&& found);

  const Options options_;
  const Clock& clock_;
  const Dialer dialer_;
  Chance chance_;

  mutable std::mutex mutex_;  // guards all below; never held during I/O
  std::condition_variable refreshed_;
  SlotMap map_;
  std::map<Address, NodePtr> nodes_;
  bool refreshing_ = false;
  TimePoint next_refresh_{};
  Backoff backoff_;
  std::size_t turn_ = 0;  // of those that are asked first
  std::string last_failure_;
  Fault last_fault_ = Fault::kUnreachable;
  PoolStats past_;  // of nodes that are none any more
  std::uint64_t past_timeouts_ = 0;
};

}  // namespace forage::redis
