#include "redis_leases.h"

#include <algorithm>
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
  bool hears;
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
  Call call{home, false, {}, {}};
  try {
    call.hears = hears();
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
  std::vector<LockAttempt> attempts = begin(keys, turn, call, twins);
  if (attempts.empty()) return;
  // After the keys are expected and before Redis is asked: what ends from now on is heard, or
  // lost() ends it.
  call.hears = call.hears && subscriber_.isUp();
  Problem problem(LeaseLocks::kRights);
  try {
    locks_.set(attempts, problem);
  } catch (...) {
    for (const LockAttempt& one : attempts) waiters_.drop(*one.key, call.home);
    throw;
  }
  settle(attempts, states, call);
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
                                            Call& call, std::vector<std::size_t>& twins) {
  std::vector<LockAttempt> attempts;
  attempts.reserve(keys.size());
  const std::vector<Standing> standings = held_.begin(keys, turn);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (standings[i] == Standing::kTwin) twins.push_back(i);
    if (standings[i] != Standing::kTurn || keys[i].size() > kMaxLeasedKey) continue;
    if (waiters_.expect(keys[i], call.home)) attempts.push_back({&keys[i], i});
  }
  return attempts;
}

void RedisLeases::settle(std::span<const LockAttempt> attempts, std::span<State> states,
                         Call& call) {
  bool sooner = false;
  for (const LockAttempt& one : attempts) {
    if (one.answer == Answer::kThere && call.hears) {
      states[one.index] = State::kOthers;
      call.waiting.push_back(*one.key);
      ++waits_;
      sooner = waiters_.await(*one.key, call.home, one.until) || sooner;
      continue;
    }
    waiters_.drop(*one.key, call.home);
    if (one.answer == Answer::kThere) ++failures_;
    if (one.answer != Answer::kSet) continue;
    call.acquired.push_back(*one.key);
    ++acquired_;
    held_.hold(*one.key);
  }
  if (sooner) subscriber_.wake();
  if (!call.acquired.empty()) startKeeper();
}

// What the call has come to so far does not count: nobody is told, and nothing is held.
void RedisLeases::takeBack(const Call& call) noexcept {
  for (const Key& key : call.waiting) waiters_.drop(key, call.home);
  release(call.acquired);
}

void RedisLeases::release(std::span<const Key> keys) noexcept {
  HeldLeases::Turn turn(held_);
  held_.end(keys, turn);
  for (std::span<const Key> rest = turn.keys(); !rest.empty();) {
    Problem problem(LeaseLocks::kRights);
    if (locks_.end(takeSome(rest), problem)) continue;
    ++failures_;
    if (problem.lasts()) refuse(problem.text());
    return;
  }
}

// Whether the end of a lease would be heard. Nobody waits for a connection that was lost.
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
  std::vector<Key> keys;
  for (const HeldLeases::Held& held : some) keys.push_back(held.key);
  Problem problem(LeaseLocks::kRights);
  const auto lost = locks_.renew(keys, problem);
  if (!lost) {
    ++failures_;
    if (problem.lasts()) refuse(problem.text());
    return false;
  }
  for (const std::size_t index : *lost) lost_ += held_.lose(some[index]) ? 1 : 0;
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
