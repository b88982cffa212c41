#include "net/connect.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <vector>

#include "forage/error.h"
#include "net/resolver.h"

namespace forage::net {

namespace {

using Poco::Net::SocketAddress;
using SteadyClock = std::chrono::steady_clock;

constexpr Millis kBacklogPause{5};

int millisUntil(TimePoint when) {
  if (when == kNever) return -1;
  const auto left = when - SteadyClock::now();
  if (left <= SteadyClock::duration::zero()) return 0;
  // Rounded up: an early return would make callers spin.
  const auto millis = std::chrono::ceil<Millis>(left).count();
  return static_cast<int>(std::min<Millis::rep>(millis, 60'000));
}

[[noreturn]] void throwTimeout(const std::string& what) {
  throw FetchError(ErrorKind::kTimeout, what + ": timed out");
}

// Waits for what the handshake or connect asked for. False: the deadline passed.
bool waitFor(const Stream& stream, Io io, TimePoint deadline) {
  return waitReady(stream.fd(), io == Io::kWantWrite, deadline);
}

std::vector<SocketAddress> addressesOf(const Endpoint& endpoint, TimePoint deadline) {
  if (!endpoint.unix_path.empty()) {
    try {
      return {SocketAddress(SocketAddress::UNIX_LOCAL, endpoint.unix_path)};
    } catch (const Poco::Exception& error) {
      throw FetchError(ErrorKind::kConnect,
                       "connect to " + describe(endpoint) + ": " + error.displayText());
    }
  }
  std::vector<SocketAddress> addresses;
  const AnswerPtr answer = resolveBlocking(endpoint.host, deadline);
  for (const auto& address : answer->addresses) {
    addresses.emplace_back(address, endpoint.port);
  }
  return addresses;
}

// Null: `error` says why this address took no connection by `deadline`.
std::unique_ptr<Stream> connectTo(const SocketAddress& address, TimePoint deadline,
                                  std::string& error, bool& timed_out) {
  timed_out = false;
  for (;;) {
    Io io = Io::kError;
    auto stream = Stream::connect(address, io);
    if (io == Io::kWantWrite) {
      if (!waitFor(*stream, io, deadline)) {
        error = "timed out";
        timed_out = true;
        return nullptr;
      }
      io = stream->finishConnect();
    }
    if (io == Io::kDone) return stream;
    error = stream->error();
    // A unix socket whose backlog is full cannot be polled for (connect(2)).
    const bool full = stream->errorCode() == EAGAIN;
    timed_out = full;
    if (!full || SteadyClock::now() >= deadline) return nullptr;
    ::poll(nullptr, 0, static_cast<int>(kBacklogPause.count()));
  }
}

// True once verified; false: lost, and another address may do. Throws FetchError.
bool shakeHands(Stream& stream, const Endpoint& endpoint, const std::shared_ptr<TlsContext>& tls,
                TimePoint deadline, std::string& error) {
  const std::string what = "TLS with " + describe(endpoint);
  stream.startTls(tls, endpoint.host, endpoint.port);
  for (;;) {
    const Io io = stream.handshake();
    if (io == Io::kDone) return true;
    if (io == Io::kError && stream.fault() == Fault::kTls) {
      throw FetchError(ErrorKind::kTls, what + ": " + stream.error());
    }
    if (io == Io::kError || io == Io::kEnd) {
      error = "TLS handshake: " + stream.error();
      return false;
    }
    if (!waitFor(stream, io, deadline)) throwTimeout(what);
  }
}

}  // namespace

std::string describe(const Endpoint& endpoint) {
  if (!endpoint.unix_path.empty()) return endpoint.unix_path;
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? '[' + endpoint.host + ']' : endpoint.host) + ':' + std::to_string(endpoint.port);
}

bool waitReady(int fd, bool for_write, TimePoint deadline) {
  pollfd item{fd, static_cast<short>(for_write ? POLLOUT : POLLIN), 0};
  for (;;) {
    const int timeout = millisUntil(deadline);
    const int ready = ::poll(&item, 1, timeout);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the next read or write tells
    if (SteadyClock::now() >= deadline) return false;
  }
}

std::unique_ptr<Stream> connectBlocking(const Endpoint& endpoint,
                                        const std::shared_ptr<TlsContext>& tls,
                                        TimePoint deadline) {
  const std::vector<SocketAddress> addresses = addressesOf(endpoint, deadline);
  const std::string what = "connect to " + describe(endpoint);
  std::string error = "no address";
  bool timed_out = false;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const TimePoint now = SteadyClock::now();
    if (now >= deadline) throwTimeout(what);
    // Each address gets its share of what is left, the last one all of it.
    const bool last = i + 1 == addresses.size();
    const TimePoint share = last || deadline == kNever
                                ? deadline
                                : now + (deadline - now) / static_cast<int>(addresses.size() - i);
    auto stream = connectTo(addresses[i], share, error, timed_out);
    if (!stream) continue;
    if (!endpoint.tls || shakeHands(*stream, endpoint, tls, deadline, error)) return stream;
  }
  throw FetchError(timed_out ? ErrorKind::kTimeout : ErrorKind::kConnect, what + ": " + error);
}

AnswerPtr resolveBlocking(const std::string& host, TimePoint deadline) {
  struct Holder final : Resolver::Waiter {
    AnswerPtr answer;
    void resolved(const AnswerPtr& found) override { answer = found; }
  };
  std::map<int, short> watched;
  Holder holder;
  Resolver resolver({}, [&watched](int fd, bool readable, bool writable) {
    if (!readable && !writable) {
      watched.erase(fd);
    } else {
      watched[fd] = static_cast<short>((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));
    }
  });
  holder.answer = resolver.ask(host, holder, SteadyClock::now());
  while (!holder.answer) {
    std::vector<pollfd> items;
    for (const auto& [fd, events] : watched) items.push_back({fd, events, 0});
    const TimePoint now = SteadyClock::now();
    if (now >= deadline) throw FetchError(ErrorKind::kTimeout, "resolve " + host + ": timed out");
    ::poll(items.data(), items.size(), millisUntil(std::min(deadline, resolver.nextTimeout(now))));
    for (const pollfd& item : items) {
      if (item.revents == 0) continue;
      resolver.process(item.fd, (item.revents & ~POLLOUT) != 0, (item.revents & POLLOUT) != 0,
                       SteadyClock::now());
    }
    resolver.processTimeouts(SteadyClock::now());
  }
  if (!holder.answer->addresses.empty()) return holder.answer;
  throw FetchError(ErrorKind::kResolve, "resolve " + host + ": " + holder.answer->error);
}

}  // namespace forage::net
