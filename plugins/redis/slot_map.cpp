#include "slot_map.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "fault.h"

namespace forage::redis {

namespace {

using Type = Reply::Type;

[[noreturn]] void failMap() {
  throw ConnectionError(Fault::kProtocol, "it answers CLUSTER SLOTS with something else");
}

[[noreturn]] void failRedirection() {
  throw ConnectionError(Fault::kProtocol, "it redirects to what is no node");
}

bool isSlot(const Reply& reply) {
  return reply.type == Type::kInteger && reply.integer >= 0 && reply.integer < kSlots;
}

/// The master of a range: host, port, and more that does not matter here. Nothing: it is not known
/// where it is.
std::optional<Address> masterOf(const Reply& node, const Address& asked) {
  if (node.type != Type::kArray || node.items.size() < 2) failMap();
  const Reply& host = node.items[0];
  const Reply& port = node.items[1];
  const bool text = host.type == Type::kString || host.type == Type::kStatus;
  if ((!text && host.type != Type::kNil) || port.type != Type::kInteger) failMap();
  if (host.text == "?") return std::nullopt;
  std::optional<Address> master =
      addressOf(host.text.empty() ? asked.host : host.text, std::to_string(port.integer));
  if (!master) failMap();
  return master;
}

}  // namespace

SlotMap::SlotMap(const Reply& reply, const Address& asked) : SlotMap() {
  if (reply.type != Type::kArray) failMap();
  std::size_t taken = 0;
  for (const Reply& range : reply.items) {
    taken += take(range, asked);
    if (taken > kSlots) failMap();  // ranges overlap: that could go on for long
  }
  if (nodes_.empty()) {
    throw ConnectionError(Fault::kRefused, "no node of its cluster has slots: give them some");
  }
}

// Returns how many slots there are in `range`.
std::size_t SlotMap::take(const Reply& range, const Address& asked) {
  if (range.type != Type::kArray || range.items.size() < 3) failMap();
  const Reply& first = range.items[0];
  const Reply& last = range.items[1];
  if (!isSlot(first) || !isSlot(last) || first.integer > last.integer) failMap();
  const auto size = static_cast<std::size_t>(last.integer - first.integer + 1);
  if (const std::optional<Address> master = masterOf(range.items[2], asked)) {
    std::fill_n(owner_.begin() + first.integer, size, indexOf(*master));
  }
  return size;
}

SlotMap::Index SlotMap::indexOf(const Address& node) {
  const auto known = std::ranges::find(nodes_, node);
  if (known == nodes_.end()) {
    if (nodes_.size() == kMaxNodes) {
      throw ConnectionError(Fault::kProtocol, "it names more nodes than a cluster has");
    }
    nodes_.push_back(node);
    return static_cast<Index>(nodes_.size() - 1);
  }
  return static_cast<Index>(known - nodes_.begin());
}

const Address* SlotMap::nodeOf(std::uint16_t slot) const noexcept {
  const Index owner = owner_[slot];
  return owner == kNobody ? nullptr : &nodes_[owner];
}

void SlotMap::assign(std::uint16_t slot, const Address& node) { owner_[slot] = indexOf(node); }

Redirection redirectionOf(const Reply& reply, std::optional<std::uint16_t> slot,
                          const Address& asked) {
  if (reply.type != Type::kError) return {};
  std::string_view text = reply.text;
  const auto word = [&text] {
    const std::string_view next = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(next.size() + 1, text.size()));
    return next;
  };
  const std::string_view code = word();
  if (code != "MOVED" && code != "ASK") return {};
  const std::string_view number = word();
  const std::string_view where = word();
  std::uint16_t named = 0;
  const char* const end = number.data() + number.size();
  const auto read = std::from_chars(number.data(), end, named);
  const std::size_t colon = where.rfind(':');
  if (read.ec != std::errc{} || read.ptr != end || named != slot.value_or(named) ||
      colon == std::string_view::npos) {
    failRedirection();
  }
  const std::string_view host = where.substr(0, colon);
  std::optional<Address> node =
      addressOf(host.empty() ? std::string_view(asked.host) : host, where.substr(colon + 1));
  if (!node) failRedirection();
  return {code == "MOVED" ? Redirection::Kind::kMoved : Redirection::Kind::kAsk, *node};
}

}  // namespace forage::redis
