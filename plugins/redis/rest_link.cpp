#include "rest_link.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace forage::redis {

namespace {

constexpr unsigned kMaxDoublings = 3;  // of retry_period, as between attempts to connect

/// What the server asks to wait, in seconds; 0 where it does not, or names a date.
Millis retryAfter(const Response& response) noexcept {
  const std::string_view value = response.headers.find("Retry-After").value_or("");
  std::uint32_t seconds = 0;
  const char* const end = value.data() + value.size();
  const auto [last, error] = std::from_chars(value.data(), end, seconds);
  return error == std::errc() && last == end ? std::chrono::seconds(seconds) : Millis::zero();
}

}  // namespace

/// One request, through all its attempts.
struct RestLink::Try {
  const RestRequest* request = nullptr;
  std::optional<Result> result;
  TimePoint begun{};
  unsigned attempts = 0;
  bool met_dead = false;  // its connection turned out to have been closed before
  bool replaced = false;  // that connection was, once
};

/// An attempt under way.
struct RestLink::Flight {
  Flight(Try& carried, HttpPool::Lease&& taken, SyncToken::Sent&& sent)
      : one(carried), lease(std::move(taken)), token(std::move(sent)) {}

  Try& one;
  HttpPool::Lease lease;
  SyncToken::Sent token;
};

RestLink::RestLink(const Options& options, const Clock& clock)
    : site_(*options.rest),
      dialer_(options),
      connect_timeout_(options.connect_timeout),
      command_timeout_(options.command_timeout),
      retry_period_(options.retry_period),
      pool_(options.max_connections, options.retry_period, clock, [this] { return connect(); }) {}

RestFormat RestLink::format() {
  if (!probed_) pool_.take().giveBack();
  return format_;
}

std::vector<RestLink::Result> RestLink::send(std::span<const RestRequest> requests) {
  std::vector<Try> tries(requests.size());
  std::vector<Try*> pending;
  for (std::size_t i = 0; i < tries.size(); ++i) {
    tries[i].request = &requests[i];
    pending.push_back(&tries[i]);
  }
  for (;;) {
    attempt(pending);
    Millis longest{0};
    std::erase_if(pending, [&](Try* one) {
      const std::optional<Millis> pause = pauseBeforeNext(*one);
      longest = std::max(longest, pause.value_or(Millis::zero()));
      return !pause;
    });
    if (pending.empty()) break;
    if (longest > Millis::zero()) ::poll(nullptr, 0, static_cast<int>(longest.count()));
  }
  std::vector<Result> results;
  for (Try& one : tries) {
    const auto* response = std::get_if<Response>(&*one.result);
    std::optional<ConnectionError> refusal =
        response != nullptr ? refusalIn(*response) : std::nullopt;
    results.push_back(refusal ? Result(*std::move(refusal)) : *std::move(one.result));
  }
  return results;
}

// Sends each once, over as many connections as there are for it.
void RestLink::attempt(std::span<Try* const> tries) {
  std::list<Flight> flights;
  while (!tries.empty() || !flights.empty()) {
    tries = tries.subspan(launch(flights, tries));
    if (std::erase_if(flights, [this](Flight& flight) { return settle(flight); }) > 0) continue;
    std::vector<pollfd> descriptors;
    Millis least = Millis::max();
    for (const Flight& flight : flights) {
      descriptors.push_back(flight.lease->waitsFor());
      least = std::min(least, flight.lease->remaining());
    }
    const auto timeout = static_cast<int>(std::max(least, Millis::zero()).count());
    if (!descriptors.empty()) ::poll(descriptors.data(), descriptors.size(), timeout);
  }
}

// Returns how many of `tries` are under way or have failed. One connection is worth waiting for,
// more are not.
std::size_t RestLink::launch(std::list<Flight>& flights, std::span<Try* const> tries) {
  for (std::size_t i = 0; i < tries.size(); ++i) {
    try {
      std::optional<HttpPool::Lease> lease =
          flights.empty() ? std::optional<HttpPool::Lease>(pool_.take()) : pool_.takeAnother();
      if (!lease) return i;
      begin(flights.emplace_back(*tries[i], *std::move(lease), sync_token_.current()));
    } catch (const ConnectionError& error) {
      for (Try* one : tries.subspan(i)) one->result = error;
      return tries.size();
    }
  }
  return tries.size();
}

void RestLink::begin(Flight& flight) {
  Try& one = flight.one;
  if (one.attempts++ == 0) one.begun = std::chrono::steady_clock::now();
  const RestRequest& request = *one.request;
  std::array<std::string_view, 2> body = request.value;
  if (!request.json.empty()) body = {request.json, {}};
  flight.lease->begin(headOf(request, site_, flight.token.text), body, request.max_reply,
                      one.begun);
}

// True: it has ended, well or not.
bool RestLink::settle(Flight& flight) {
  try {
    if (!flight.lease->advance()) {
      if (flight.lease->remaining() <= Millis::zero()) flight.lease->failTimeout();
      return false;
    }
    Response response = flight.lease->takeResponse();
    if (const auto token = response.headers.find("Upstash-Sync-Token")) {
      sync_token_.received(*token, flight.token, flight.one.request->writes);
    }
    if (flight.lease->servesOn()) flight.lease.giveBack();
    flight.one.result = std::move(response);
  } catch (const ConnectionError& error) {
    const bool late = error.fault() == Fault::kTimeout;
    flight.one.met_dead =
        error.fault() == Fault::kClosed && flight.lease.isReused() && flight.lease->heardNothing();
    if (late) ++timeouts_;
    if (late || flight.one.met_dead) pool_.closeIdle();  // they lead to the same server
    flight.one.result = error;
  }
  return true;
}

// How long to wait until `one` is sent again; nothing: its result stands.
std::optional<Millis> RestLink::pauseBeforeNext(Try& one) noexcept {
  if (!one.request->idempotent) return std::nullopt;
  Millis pause = retry_period_ * (1 << std::min(one.attempts - 1, kMaxDoublings));
  pause += pause * (pool_.chance() % 256) / 1024;  // so that many do not come back together
  if (const auto* response = std::get_if<Response>(&*one.result)) {
    if (!isPutOff(response->status)) return std::nullopt;
    pause = std::max(pause, retryAfter(*response));
  } else if (std::get<ConnectionError>(*one.result).fault() != Fault::kClosed) {
    return std::nullopt;
  } else if (one.met_dead && !one.replaced) {
    one.replaced = true;
    return Millis::zero();
  }
  const auto deadline = one.begun + command_timeout_;
  if (std::chrono::steady_clock::now() + pause >= deadline) return std::nullopt;
  ++retries_;
  return pause;
}

}  // namespace forage::redis
