// One batch of commands on its way through a cluster: which are answered, which are still open and
// where they go next. Used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "address.h"
#include "cluster_nodes.h"
#include "commands.h"
#include "fault.h"
#include "reply_reader.h"

namespace forage::redis {

class ClusterBatch {
 public:
  /// Both outlive it.
  ClusterBatch(const Commands& commands, ClusterNodes& nodes);

  /// Sends what is open, each command to its node, to all nodes at once; then reads what they
  /// answer, one after the other. A node that is lost ends the round; what was not answered stays
  /// open. Throws ConnectionError: nobody knows the nodes.
  void send();

  [[nodiscard]] bool isDone() const noexcept { return open_.empty(); }
  /// Commands that were sent elsewhere in the last round.
  [[nodiscard]] std::size_t redirected() const noexcept { return redirected_; }
  /// True: in the last round a node said that it cannot answer yet.
  [[nodiscard]] bool isPostponed() const noexcept { return postponed_; }
  /// True: the last round showed that the slots are not where they were known to be.
  [[nodiscard]] bool isMisled() const noexcept { return postponed_ || moved_ || lost_; }
  /// The node that was lost in the last round, or null.
  [[nodiscard]] const Address* lost() const noexcept { return lost_ ? &lost_->node : nullptr; }

  /// Throws the ConnectionError of the node that was lost in the last round, unless its slots have
  /// another one by now.
  void requireOtherNode();
  /// Throws ConnectionError: the last of too many rounds.
  [[noreturn]] void failInCircle() const;
  /// Takes "not yet" for an answer.
  void acceptRefusals();
  /// Hands over the replies, in the order of the commands. Throws ConnectionError kTooLarge after
  /// those before one that was too large. REQUIRES: isDone().
  void handOver(const OnReply& on_reply);

 private:
  struct Open {
    std::size_t index;  // of the command
    std::optional<std::uint16_t> slot;
    ClusterNodes::NodePtr node{};  // that another one named; null: that of its slot
    bool asking = false;           // that node has to be told so
    bool refused = false;          // with "not yet": its reply is there
  };
  /// What goes to one node in a round.
  struct Flight {
    ClusterNodes::NodePtr node;
    std::vector<Open> open;
    Commands commands{};
    std::vector<std::size_t> places{};  // in `open`, of the reply to each of `commands`
    std::size_t answered = 0;           // of `open`
    std::optional<Pool::Lease> lease{};
  };
  struct Lost {
    Address node;
    std::optional<std::uint16_t> slot;
    ConnectionError error;
  };

  [[nodiscard]] std::vector<Flight> plan();
  void load(Flight& flight) const;
  [[nodiscard]] bool board(std::vector<Flight>& flights);
  void land(Flight& flight);
  void settle(const ClusterNode& node, const Open& open, Reply&& reply, Problem& problem);
  void reopen(const Flight& flight);
  void noteFailure(const Flight& flight, const ConnectionError& error);

  const Commands& commands_;
  ClusterNodes& nodes_;
  std::vector<Open> open_;
  std::vector<Reply> replies_;
  std::size_t end_;                           // commands from here on are not asked any more
  std::optional<ConnectionError> too_large_;  // what command end_ was answered

  // Of the last round.
  std::size_t redirected_ = 0;
  bool postponed_ = false;
  bool moved_ = false;
  std::optional<Lost> lost_;
};

}  // namespace forage::redis
