#include "cluster_batch.h"

#include <algorithm>
#include <limits>
#include <map>
#include <span>
#include <utility>

#include "problem.h"
#include "server_error.h"

namespace forage::redis {

namespace {

constexpr std::size_t kAsking = std::numeric_limits<std::size_t>::max();  // no place: of ASKING

bool isNotYet(const Reply& reply) {
  return reply.type == Reply::Type::kError &&
         (reply.text.starts_with("TRYAGAIN") || reply.text.starts_with("CLUSTERDOWN"));
}

}  // namespace

ClusterBatch::ClusterBatch(const Commands& commands, ClusterNodes& nodes)
    : commands_(commands), nodes_(nodes), replies_(commands.count()), end_(commands.count()) {
  open_.reserve(commands.count());
  for (std::size_t i = 0; i < commands.count(); ++i) {
    const auto key = commands.key(i);
    open_.push_back({.index = i, .slot = key ? std::optional(slotOf(*key)) : std::nullopt});
  }
}

void ClusterBatch::send() {
  redirected_ = 0;
  postponed_ = moved_ = false;
  lost_.reset();
  std::vector<Flight> flights = plan();
  if (board(flights)) {
    for (Flight& flight : flights) (*flight.lease)->begin(flight.commands);
  }
  for (Flight& flight : flights) {
    if (lost_) {
      reopen(flight);
    } else {
      land(flight);
    }
  }
  std::erase_if(open_, [this](const Open& open) { return open.index >= end_; });
}

// By node, in the order of their addresses; for each in the order of the commands: of two about one
// key, the later one comes later.
std::vector<ClusterBatch::Flight> ClusterBatch::plan() {
  std::ranges::sort(open_, {}, &Open::index);
  std::map<Address, Flight> by_node;
  for (const Open& open : open_) {
    ClusterNodes::NodePtr node = open.node ? open.node : nodes_.nodeOf(open.slot);
    Flight& flight = by_node.try_emplace(node->address(), Flight{node, {}}).first->second;
    flight.open.push_back(open);
  }
  open_.clear();
  std::vector<Flight> flights;
  for (auto& [address, flight] : by_node) {
    load(flight);
    flights.push_back(std::move(flight));
  }
  return flights;
}

void ClusterBatch::load(Flight& flight) const {
  for (std::size_t i = 0; i < flight.open.size(); ++i) {
    if (flight.open[i].asking) {
      flight.commands.begin(1);
      flight.commands.add("ASKING");
      flight.places.push_back(kAsking);
    }
    flight.commands.append(commands_, flight.open[i].index);
    flight.places.push_back(i);
  }
}

// Takes all connections before anything is sent. They come in the order of addresses, so that no
// two batches wait for each other's. False: a node is lost.
bool ClusterBatch::board(std::vector<Flight>& flights) {
  for (Flight& flight : flights) {
    try {
      flight.lease.emplace(flight.node->take());
    } catch (const ConnectionError& error) {
      lost_ = Lost{flight.node->address(), flight.open.front().slot, error};
      break;
    }
  }
  if (!lost_) return true;
  for (Flight& flight : flights) {
    if (flight.lease) flight.lease->giveBack();
  }
  return false;
}

void ClusterBatch::land(Flight& flight) {
  Problem problem;
  std::optional<Reply> refusal;  // of ASKING: what comes next was not what was meant
  try {
    const bool sent =
        flight.node->finish(*flight.lease, problem, [&](std::size_t i, Reply&& reply) {
          const std::size_t place = flight.places[i];
          if (place == kAsking) {
            if (reply.type == Reply::Type::kError) refusal = std::move(reply);
            return;
          }
          if (refusal) reply = *std::exchange(refusal, std::nullopt);
          settle(*flight.node, flight.open[place], std::move(reply), problem);
          flight.answered = place + 1;
        });
    if (!sent) reopen(flight);
  } catch (const ConnectionError& error) {
    noteFailure(flight, error);
  }
}

void ClusterBatch::settle(const ClusterNode& node, const Open& open, Reply&& reply,
                          Problem& problem) {
  const Redirection to = redirectionOf(reply, open.slot, node.address());
  switch (to.kind) {
    case Redirection::Kind::kMoved:
      moved_ = true;
      ++redirected_;
      open_.push_back({open.index, open.slot,
                       open.slot ? nodes_.moved(*open.slot, to.node) : nodes_.nodeAt(to.node)});
      return;
    case Redirection::Kind::kAsk:
      ++redirected_;
      open_.push_back({open.index, open.slot, nodes_.nodeAt(to.node), true});
      return;
    case Redirection::Kind::kNone:
      break;
  }
  if (isNotYet(reply)) {
    postponed_ = true;
    open_.push_back({.index = open.index, .slot = open.slot, .refused = true});
  }
  if (reply.type == Reply::Type::kError) problem.note(reply.text);
  replies_[open.index] = std::move(reply);
}

// What has not been answered goes to the nodes of its slots once more.
void ClusterBatch::reopen(const Flight& flight) {
  for (const Open& open : std::span(flight.open).subspan(flight.answered)) {
    open_.push_back({.index = open.index, .slot = open.slot});
  }
}

void ClusterBatch::noteFailure(const Flight& flight, const ConnectionError& error) {
  if (flight.answered == flight.open.size()) throw error;
  const Open& first = flight.open[flight.answered];
  if (error.fault() != Fault::kTooLarge) {
    lost_ = Lost{flight.node->address(), first.slot, error};
    reopen(flight);
  } else if (first.index < end_) {
    end_ = first.index;
    too_large_ = error;
  }
}

void ClusterBatch::requireOtherNode() {
  if (lost_ && nodes_.nodeOf(lost_->slot)->address() == lost_->node) throw lost_->error;
}

void ClusterBatch::acceptRefusals() {
  std::erase_if(open_, [](const Open& open) { return open.refused; });
}

void ClusterBatch::failInCircle() const {
  if (lost_) throw lost_->error;
  throw ConnectionError(Fault::kProtocol, "its nodes send a command from one to the other");
}

void ClusterBatch::handOver(const OnReply& on_reply) {
  for (std::size_t i = 0; i < end_; ++i) on_reply(i, std::move(replies_[i]));
  if (too_large_) throw *too_large_;
}

}  // namespace forage::redis
