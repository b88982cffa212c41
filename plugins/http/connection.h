// What a session holds: fetches in flight, connections, and the origins that share connections.
// Plain data; session*.cpp holds the rules.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "forage/clock.h"
#include "forage/fetcher.h"
#include "net/resolver.h"
#include "net/response_reader.h"
#include "net/stream.h"
#include "timer_heap.h"

namespace forage::http1 {

class Session;
struct Fetch;
struct Origin;

/// `now + span`; now for a span that is negative, kNever for one without end.
inline TimePoint after(TimePoint now, Millis span) noexcept {
  if (span <= Millis::zero()) return now;
  return span > std::chrono::duration_cast<Millis>(kNever - now) ? kNever : now + span;
}

// Whatever dies leaves its lists by itself.
using Hook =
    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

struct Connection {
  enum class State : std::uint8_t { kConnecting, kHandshaking, kActive, kIdle, kClosed };

  std::unique_ptr<net::Stream> stream;
  Origin* origin = nullptr;
  Fetch* fetch = nullptr;  // null when idle or closed
  std::size_t slot = 0;    // in the session's list
  State state = State::kConnecting;
  bool served = false;        // a response before this one
  bool is_public = false;     // the address of the peer
  bool peer_ended = false;    // FIN or worse was seen
  bool write_failed = false;  // nothing more can be sent; an answer may still be there
  bool is_busy = false;       // in the session's list of those with more to read

  std::optional<net::ResponseReader> reader;
  std::string head;      // of the request
  std::size_t sent = 0;  // of head and body together

  TimePoint idle_since{};
  TimePoint quiet_until{};  // idle, and looked at so lately that it need not be again
  Hook in_origin;           // idle ones, the youngest last
  Hook in_idle;             // idle ones of all origins, the oldest first
};

template <Hook Connection::*kHook>
using ConnectionList =
    boost::intrusive::list<Connection, boost::intrusive::member_hook<Connection, Hook, kHook>,
                           boost::intrusive::constant_time_size<false>>;

struct Origin {
  std::string key;    // scheme and authority
  std::string host;   // without brackets
  std::string where;  // "host:port", for messages
  std::uint16_t port = 0;
  bool tls = false;
  std::size_t users = 0;  // fetches and connections; without any it is dropped
  ConnectionList<&Connection::in_origin> idle;
};

struct Fetch final : Timer, net::Resolver::Waiter {
  enum class Phase : std::uint8_t { kResolving, kWaiting, kConnecting, kHandshaking, kExchanging };

  Session* session = nullptr;
  FetchId id = 0;
  Request request;
  FetchLimits limits;
  Origin* origin = nullptr;
  Phase phase = Phase::kResolving;
  TimePoint deadline{};          // of the whole fetch
  TimePoint connect_deadline{};  // of resolving, connecting and handshake
  TimePoint next_attempt{};      // when the next address is tried beside those under way
  TimePoint speed_end{kNever};   // when so many bytes must have been moved
  std::uint64_t speed_goal = 0;

  net::AnswerPtr answer;
  std::size_t next_address = 0;
  std::vector<Connection*> attempts;  // connecting at once
  std::string last_error;
  bool handshake_lost = false;       // by an address that did connect
  Connection* connection = nullptr;  // that carries it, from the handshake on

  std::uint32_t requests = 0;
  std::uint64_t wire_bytes = 0;
  bool reused = false;
  bool replaced = false;  // a dead connection, once
  Hook in_waiting;        // for a file descriptor

  void resolved(const net::AnswerPtr& found) override;
};

using WaitingList =
    boost::intrusive::list<Fetch, boost::intrusive::member_hook<Fetch, Hook, &Fetch::in_waiting>,
                           boost::intrusive::constant_time_size<false>>;

}  // namespace forage::http1
