#include "redis_leases.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "fault.h"
#include "forage/error.h"
#include "lease_protocol.h"
#include "sign_in.h"

namespace forage::redis {

namespace {

using Answer = LockAttempt::Answer;
using Standing = HeldLeases::Standing;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMaxWaiting = 65'536;
constexpr std::size_t kMaxHeld = 65'536;
constexpr int kRenewalsPerLife = 3;

/// Without room for large values: messages are short.
Subscriber::Connect connectorOf(Options options) {
  options.max_value_size = 0;
  return Connector(options);
}

/// Takes as many as go into one call off the front of `rest`.
template <typename Item>
std::span<Item> takeSome(std::span<Item>& rest) {
  const auto some = rest.first(std::min(rest.size(), kLeasesPerCall));
  rest = rest.subspan(some.size());
  return some;
}

}  // namespace

/// One acquire(), and what it has come to so far.
struct RedisLeases::Call {
  LeaseHome& home;
  std::vector<Key> acquired;
  std::vector<Key> waiting;
};

RedisLeases::RedisLeases(Transport& transport, const Options& options, std::string name)
    : name_(std::move(name)),
      locks_(transport, options),
      held_(kMaxHeld),
      waiters_(kMaxWaiting),
      subscriber_(options, connectorOf(options), {locks_.channel(), LeaseLocks::kRights}, *this) {}

RedisLeases::~RedisLeases() {
  held_.stop();
  if (keeper_.joinable()) keeper_.join();
}

void RedisLeases::acquire(std::span<const Key> keys, std::span<State> states, LeaseHome& home) {
  const auto all = states;
  std::ranges::fill(all, State::kMine);
  if (keys.empty() || isRefused()) return;
  Call call{home, {}, {}};
  try {
    while (!keys.empty()) {
      const auto some = takeSome(keys);
      acquireSome(some, takeSome(states), call);
    }
  } catch (const ConnectionError& error) {
    takeBack(call);
    if (error.fault() != Fault::kNotToBeHad) throw CacheError(name_ + error.what());
    refuse(error.what());
    if (isRefused()) std::ranges::fill(all, State::kMine);
  }
}

void RedisLeases::acquireSome(std::span<const Key> keys, std::span<State> states, Call& call) {
  HeldLeases::Turn turn(held_);
  std::vector<std::size_t> twins;
  std::vector<LockAttempt> attempts = begin(keys, turn, twins);
  if (attempts.empty()) return;
  Problem problem(LeaseLocks::kRights);
  const TimePoint until = SteadyClock::now() + locks_.life();
  locks_.set(attempts, problem);
  std::vector<LockAttempt> others;
  for (const LockAttempt& one : attempts) {
    if (one.answer == Answer::kThere) others.push_back(one);
    if (one.answer == Answer::kMissing) states[one.index] = State::kMineMissing;
    if (one.answer == Answer::kSet || one.answer == Answer::kMissing) hold(*one.key, until, call);
  }
  if (!others.empty()) waitFor(others, states, call, problem);
  for (const std::size_t twin : twins) {
    const auto first = std::ranges::find(keys, keys[twin]) - keys.begin();
    states[twin] = states[static_cast<std::size_t>(first)];
  }
  if (problem.text().empty()) return;
  throw ConnectionError(problem.lasts() ? Fault::kNotToBeHad : Fault::kRefused, problem.text());
}

// Returns those that Redis has to be asked for. The others are ours; but `twins` are as the equal
// keys before them.
std::vector<LockAttempt> RedisLeases::begin(std::span<const Key> keys, HeldLeases::Turn& turn,
                                            std::vector<std::size_t>& twins) {
  std::vector<LockAttempt> attempts;
  attempts.reserve(keys.size());
  const std::vector<Standing> standings = held_.begin(keys, turn);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (standings[i] == Standing::kTwin) twins.push_back(i);
    if (standings[i] != Standing::kTurn || keys[i].size() > kMaxLeasedKey) continue;
    attempts.push_back({&keys[i], i});
  }
  return attempts;
}

void RedisLeases::hold(const Key& key, TimePoint until, Call& call) {
  call.acquired.push_back(key);
  ++acquired_;
  held_.hold(key, until);
  waiters_.drop(key, call.home);
  startKeeper();
}

// Each is expected before Redis is asked how long it lasts: what ends from then on is heard, and
// what has ended before is gone by then.
void RedisLeases::waitFor(std::span<const LockAttempt> others, std::span<State> states, Call& call,
                          Problem& problem) {
  if (!hears()) {
    failures_ += others.size();
    return;
  }
  const std::size_t before = call.waiting.size();
  std::vector<std::size_t> places;
  std::vector<std::string_view> keys;
  for (const LockAttempt& one : others) {
    if (!waiters_.expect(*one.key, call.home)) continue;
    call.waiting.push_back(*one.key);
    places.push_back(one.index);
    keys.emplace_back(*one.key);
  }
  const std::vector<LockState> found = locks_.look(keys, problem);
  // Lost by now: it may have been before they were expected, and nobody would end them.
  const bool heard = subscriber_.isUp();
  bool sooner = false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Key& key = call.waiting[before + i];
    if (found[i].ours) {
      hold(key, found[i].sure, call);
    } else if (heard) {
      states[places[i]] = State::kOthers;
      ++waits_;
      sooner = waiters_.await(key, call.home, found[i].until) || sooner;
    } else {
      waiters_.drop(key, call.home);
      ++failures_;
    }
  }
  if (sooner) subscriber_.wake();
}

// What the call has come to so far does not count: nobody is told, and nothing is held.
void RedisLeases::takeBack(const Call& call) noexcept {
  for (const Key& key : call.waiting) waiters_.drop(key, call.home);
  release(call.acquired);
}

void RedisLeases::release(std::span<const Key> keys) noexcept {
  HeldLeases::Turn turn(held_);
  held_.end(keys, turn);
  std::vector<HeldLeases::Ended> ended = turn.leases();
  std::ranges::sort(ended, std::greater(), &HeldLeases::Ended::until);
  Problem problem(LeaseLocks::kRights);
  bool done = true;
  for (std::span<const HeldLeases::Ended> rest = ended; done && !rest.empty();) {
    const auto some = takeSome(rest);
    std::vector<std::string_view> names;
    for (const HeldLeases::Ended& one : some) names.push_back(one.key);
    done = locks_.end(names, some.back().until, problem);
  }
  if (done) return;
  ++failures_;
  if (problem.lasts()) refuse(problem.text());
}

// Whether the end of a lease would be heard; connects at the first use. Nobody waits for a
// connection that was lost.
bool RedisLeases::hears() {
  try {
    subscriber_.awaitUp();
  } catch (const ConnectionError& error) {
    if (error.fault() == Fault::kNotToBeHad) throw;
    return false;
  }
  return true;
}

void RedisLeases::refuse(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (refusal_.empty()) refusal_ = why;
}

// Throws CacheError for the first who asks.
bool RedisLeases::isRefused() {
  const std::lock_guard lock(mutex_);
  if (refusal_.empty() || said_) return said_;
  said_ = true;
  throw CacheError(name_ + refusal_);
}

void RedisLeases::startKeeper() {
  const std::lock_guard lock(mutex_);
  if (!keeper_.joinable()) keeper_ = std::thread([this] { keep(); });
}

void RedisLeases::keep() {
  for (;;) {
    const std::vector<HeldLeases::Held> all = held_.awaitRenewal(locks_.life() / kRenewalsPerLife);
    if (all.empty()) return;
    std::span<const HeldLeases::Held> rest = all;
    while (!rest.empty() && renewSome(takeSome(rest))) {
    }
  }
}

// False: Redis did not do it. There is time for another attempt before they end.
bool RedisLeases::renewSome(std::span<const HeldLeases::Held> some) {
  std::vector<std::string_view> keys;
  for (const HeldLeases::Held& held : some) keys.emplace_back(held.key);
  Problem problem(LeaseLocks::kRights);
  const TimePoint until = SteadyClock::now() + locks_.life();
  const auto lost = locks_.renew(keys, problem);
  if (!lost) {
    ++failures_;
    if (problem.lasts()) refuse(problem.text());
    return false;
  }
  lost_ += held_.renewed(some, *lost, until);
  return true;
}

void RedisLeases::heard(Reply&& message) {
  // Anybody may publish anything. Who waits for what this should have been waits until its life is
  // over.
  const auto keys = readEndedKeys(message.text);
  if (!keys) return;
  for (const Key& key : *keys) waiters_.end(key);
  waiters_.tell();
}

void RedisLeases::lost() {
  waiters_.endAll();
  waiters_.tell();
}

TimePoint RedisLeases::due(TimePoint now) {
  const TimePoint next = waiters_.endDue(now);
  waiters_.tell();
  return next;
}

}  // namespace forage::redis
