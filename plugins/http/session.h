// Session: HTTP/1.1 fetches in flight on one thread, over one epoll instance. Descriptors are
// registered once and edge-triggered, so that a fetch on a kept connection costs one send, one
// epoll_wait and the reads. Connections are kept per origin and reused under a strict rule: the
// response was complete, nothing followed it, and nobody said or did anything that ends the
// connection. Owned by one thread, except wake().
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "connection.h"
#include "forage/clock.h"
#include "forage/fetcher.h"
#include "origins.h"
#include "poller.h"
#include "request_text.h"

namespace forage::http1 {

struct SessionOptions {
  Millis idle_timeout{30'000};  ///< a connection idle for longer is closed
  std::size_t max_idle = 64;    ///< connections kept idle; 0: none is reused
  std::string dns_servers;      ///< "host:port,host:port"; "": those of the system
};

class Session final : public FetchSession {
 public:
  /// Throws Error: no epoll instance or eventfd.
  Session(const SessionOptions& options, std::shared_ptr<net::TlsContext> tls, const Clock& clock);
  ~Session() override;

  void start(FetchId id, const Request& request, const FetchLimits& limits) override;
  void cancel(FetchId id) override;
  void wait(TimePoint until, std::vector<Fetched>& done) override;
  void wake() noexcept override { poller_.wake(); }

 private:
  friend struct Fetch;

  using Fetches = std::unordered_map<FetchId, std::unique_ptr<Fetch>>;

  // session.cpp: the loop, and what is held
  Fetch& admit(FetchId id, const Request& request, const FetchLimits& limits);
  void dispatch(const epoll_event& event);
  void runBusy();
  void runTimers();
  void expire(Fetch& fetch);
  void beginSpeed(Fetch& fetch);
  void checkSpeed(Fetch& fetch);
  [[nodiscard]] TimePoint nextDue(TimePoint until) const;
  void arm(Fetch& fetch);
  void succeed(Fetch& fetch, Response&& response);
  void fail(Fetch& fetch, ErrorKind kind, std::string message);
  Fetched& report(Fetch& fetch);
  void release(Fetch& fetch);

  // session_connect.cpp: from a name to a connection
  void beginConnect(Fetch& fetch);
  void onResolved(Fetch& fetch, net::AnswerPtr answer);
  void tryNextAddress(Fetch& fetch);
  enum class Attempt { kFailed, kUnderWay, kSettled };
  std::unique_ptr<net::Stream> openStream(const Poco::Net::SocketAddress& target,
                                          net::Io& io) const;
  Attempt attempt(Fetch& fetch, const Poco::Net::IPAddress& address);
  void waitForDescriptor(Fetch& fetch);
  void serveWaiting();
  void onConnecting(Connection& connection);
  void onConnected(Connection& connection);
  void onAttemptFailed(Connection& connection, const std::string& error);
  void onHandshake(Connection& connection);
  void watchDns(int fd, bool readable, bool writable);

  // session_exchange.cpp: requests, responses, kept connections
  Connection* takeIdle(Origin& origin, const FetchLimits& limits);
  void checkIdle(Origin& origin);
  void keepIdle(Connection& connection);
  void trimIdle();
  bool closeOldestIdle();
  void closeExpiredIdle();
  void exchange(Fetch& fetch, Connection& connection);
  void flush(Connection& connection);
  void onReadable(Connection& connection);
  bool readSome(Connection& connection);
  void onEnd(Connection& connection, net::Io io);
  void onComplete(Connection& connection, bool leftover);
  void onLost(Connection& connection, const std::string& error);
  Connection& add(std::unique_ptr<net::Stream> stream, Origin& origin, Fetch* fetch);
  void close(Connection& connection);

  SessionOptions options_;
  std::shared_ptr<net::TlsContext> tls_;
  const Clock& clock_;
  TimePoint now_;
  Poller poller_;
  bool descriptor_freed_ = false;
  TimePoint retry_descriptor_at_ = kNever;

  HeadWriter heads_;
  std::vector<char> buffer_;  // what is read, before a reader takes it
  std::vector<Fetched> done_;
  std::vector<Connection*> busy_;  // more to read, once the others have had their turn
  TimerHeap timers_;
  Origins origins_;
  Fetches fetches_;
  std::vector<Fetches::node_type> spare_;  // ended fetches, to be used again
  WaitingList waiting_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> closed_;  // events may still name them
  ConnectionList<&Connection::in_idle> idle_;
  std::size_t idle_count_ = 0;
  std::vector<int> dns_fds_;
  net::Resolver resolver_;  // last: it forgets the fetches that wait for it
};

}  // namespace forage::http1
