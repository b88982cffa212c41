#include "cluster_transport.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "cluster_batch.h"

namespace forage::redis {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kMaxRedirections = 5;  // of one batch

}  // namespace

ClusterTransport::ClusterTransport(const Options& options, const Clock& clock)
    : command_timeout_(options.command_timeout),
      retry_period_(options.retry_period),
      nodes_(options, clock) {}

void ClusterTransport::exchange(const Commands& commands, Problem&, const OnReply& on_reply) {
  const TimePoint deadline = SteadyClock::now() + command_timeout_;
  ClusterBatch batch(commands, nodes_);
  for (int rounds = 0; !batch.isDone();) {
    batch.send();
    redirections_ += batch.redirected();
    if (batch.isDone()) break;
    if (batch.isMisled()) nodes_.refresh(batch.lost());
    batch.requireOtherNode();
    if (batch.isPostponed()) {
      if (!pauseBefore(deadline)) batch.acceptRefusals();
    } else if (++rounds > kMaxRedirections) {
      batch.failInCircle();
    }
  }
  batch.handOver(on_reply);
}

// False: it has passed.
bool ClusterTransport::pauseBefore(TimePoint deadline) const {
  const auto left = deadline - SteadyClock::now();
  if (left <= SteadyClock::duration::zero()) return false;
  std::this_thread::sleep_for(std::min<SteadyClock::duration>(left, retry_period_));
  return true;
}

std::vector<std::string> ClusterTransport::shards() {
  nodes_.refresh(nullptr);
  return nodes_.names();
}

void ClusterTransport::exchangeWith(const std::string& shard, const Commands& commands,
                                    Problem& problem, const OnReply& on_reply) {
  nodes_.named(shard)->exchange(commands, problem, on_reply);
}

void ClusterTransport::count(std::vector<std::pair<std::string, std::uint64_t>>& more) const {
  more.emplace_back("redirections", redirections_);
}

}  // namespace forage::redis
