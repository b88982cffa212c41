// Which node of a cluster has which slots, as CLUSTER SLOTS tells it and redirections correct it.
// What a node says is checked and bounded. A value; not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "address.h"
#include "hash_slot.h"
#include "reply_reader.h"

namespace forage::redis {

class SlotMap {
 public:
  static constexpr std::size_t kMaxNodes = 1000;  // what Redis is made for

  /// Of nothing.
  SlotMap() noexcept { owner_.fill(kNobody); }
  /// What CLUSTER SLOTS answered; `asked` is the node that did, and stands where it does not know
  /// its own name. Throws ConnectionError kProtocol: that was no map; kRefused: it has no slots.
  SlotMap(const Reply& reply, const Address& asked);

  /// Null: nobody is known to have it.
  [[nodiscard]] const Address* nodeOf(std::uint16_t slot) const noexcept;
  /// Throws ConnectionError kProtocol: more nodes than any cluster has.
  void assign(std::uint16_t slot, const Address& node);
  /// Those that have slots; those that had some before assign() too.
  [[nodiscard]] const std::vector<Address>& nodes() const noexcept { return nodes_; }

 private:
  using Index = std::uint16_t;
  static constexpr Index kNobody = std::numeric_limits<Index>::max();

  Index indexOf(const Address& node);
  std::size_t take(const Reply& range, const Address& asked);

  std::vector<Address> nodes_;
  std::array<Index, kSlots> owner_;
};

/// Where a node says that a command belongs: "MOVED 3999 127.0.0.1:6381".
struct Redirection {
  enum class Kind : std::uint8_t {
    kNone,   ///< the reply is none
    kMoved,  ///< the slot has moved there
    kAsk,    ///< this once: it is moving
  };
  Kind kind = Kind::kNone;
  Address node{};
};

/// Reads a reply from the node `asked` to a command of `slot`, or of no key. Throws ConnectionError
/// kProtocol: a redirection of another slot, or one that leads nowhere.
[[nodiscard]] Redirection redirectionOf(const Reply& reply, std::optional<std::uint16_t> slot,
                                        const Address& asked);

}  // namespace forage::redis
