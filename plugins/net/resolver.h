// Resolver: addresses of host names, by c-ares, for an event loop: it blocks nothing. Literal
// addresses and "localhost" need no DNS; the hosts file is honoured; answers are kept as long as
// their TTL allows, in a bounded number. Owned and used by one thread.
#pragma once

#include <Poco/Net/IPAddress.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "forage/clock.h"

struct ares_addrinfo;

namespace forage::net {

/// Addresses of one host, in the order to try them: IPv6 and IPv4 take turns.
struct Answer {
  std::vector<Poco::Net::IPAddress> addresses;
  std::string error;  ///< why there are none
};
using AnswerPtr = std::shared_ptr<const Answer>;

struct ResolverOptions {
  std::string servers;             ///< "host:port,host:port"; "": those of the system
  std::size_t max_answers = 1024;  ///< kept
};

/// The addresses of a literal address or of "localhost"; null: a name to be looked up.
[[nodiscard]] AnswerPtr resolveLiteral(std::string_view host);

class Resolver final {
  struct Query;

 public:
  /// Who waits for an answer.
  class Waiter {
   public:
    virtual ~Waiter() = default;
    virtual void resolved(const AnswerPtr& answer) = 0;

   private:
    friend class Resolver;
    Query* query_ = nullptr;
  };

  /// Asks the loop to watch a descriptor; to forget it when neither is wanted.
  using Watch = std::function<void(int fd, bool readable, bool writable)>;

  Resolver(ResolverOptions options, Watch watch);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Returns the answer if it is at hand. Otherwise null, and `waiter` is told later, by process()
  /// or processTimeouts(), unless forget() comes first. REQUIRES: `waiter` waits for nothing else.
  [[nodiscard]] AnswerPtr ask(const std::string& host, Waiter& waiter, TimePoint now);
  void forget(Waiter& waiter) noexcept;

  /// A watched descriptor is ready.
  void process(int fd, bool readable, bool writable, TimePoint now);
  void processTimeouts(TimePoint now);
  /// When processTimeouts() wants to be called next; kNever while nothing is asked.
  [[nodiscard]] TimePoint nextTimeout(TimePoint now) const;

 private:
  struct Channel;
  static void onAnswer(void* query, int status, int timeouts, ares_addrinfo* result);

  [[nodiscard]] bool openChannel(std::string& error);
  void makeRoom(TimePoint now);
  void settle(Query& query, TimePoint now);
  void deliver(TimePoint now);

  ResolverOptions options_;
  Watch watch_;
  std::unordered_map<std::string, std::unique_ptr<Query>> queries_;  // pending, and answers kept
  std::vector<Query*> finished_;                                     // not delivered yet
  std::size_t pending_ = 0;
  std::unique_ptr<Channel> channel_;  // after queries_: its end calls their callbacks
};

/// True if `servers` can be ResolverOptions::servers.
[[nodiscard]] bool isServerList(const std::string& servers);

/// Resolves in one blocking call. Throws FetchError: kResolve, kTimeout.
[[nodiscard]] AnswerPtr resolveBlocking(const std::string& host, TimePoint deadline);

}  // namespace forage::net
