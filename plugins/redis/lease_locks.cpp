#include "lease_locks.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "commands.h"
#include "fault.h"
#include "lease_protocol.h"
#include "server_error.h"

namespace forage::redis {

namespace {

using Answer = LockAttempt::Answer;
using Type = Reply::Type;

// A lock without an end, or with a far one, is none that a Forage has set.
constexpr Millis kLongestLife = std::chrono::hours(1);
// Redis drops a lock once its time is over, not before: who asks at that instant finds it.
constexpr Millis kLate{2};

std::string randomToken() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr int kWords = 4;
  std::random_device device;
  std::string token;
  for (int word = 0; word < kWords; ++word) {
    std::uint32_t bits = device();
    for (int digit = 0; digit < 8; ++digit, bits >>= 4) token += kDigits[bits % 16];
  }
  return token;
}

}  // namespace

LeaseLocks::LeaseLocks(Transport& transport, const Options& options)
    : transport_(transport),
      life_(options.lease),
      answer_time_(options.command_timeout + kLate),
      margin_(options.connect_timeout + options.command_timeout + answer_time_),
      life_text_(std::to_string(life_.count())),
      token_(randomToken()),
      channel_(leaseChannel(options.database)),
      renew_script_(kRenewScript),
      release_script_(kReleaseScript) {}

void LeaseLocks::set(std::span<LockAttempt> attempts, Problem& problem) {
  Commands commands;
  for (const LockAttempt& attempt : attempts) {
    commands.begin(6);
    commands.add("SET");
    commands.add(kLeasePrefix, *attempt.key);
    commands.add(token_);
    commands.add("NX");
    commands.add("PX");
    commands.add(life_text_);
    commands.begin(2);
    commands.add("EXISTS");
    commands.add(*attempt.key);
  }
  transport_.exchange(commands, problem, [&](std::size_t index, Reply&& reply) {
    LockAttempt& attempt = attempts[index / 2];
    if (index % 2 == 0) {
      attempt.answer = answerOf(reply, problem);
    } else if (attempt.answer == Answer::kSet && reply.type == Type::kInteger &&
               reply.integer == 0) {
      attempt.answer = Answer::kMissing;
    }
  });
}

Answer LeaseLocks::answerOf(const Reply& reply, Problem& problem) {
  if (reply.type == Type::kStatus) return Answer::kSet;
  if (reply.type == Type::kNil) return Answer::kThere;
  if (reply.type != Type::kError) {
    throw ConnectionError(Fault::kProtocol, "it answers SET with something else");
  }
  if (judge(reply.text) == Verdict::kOutOfMemory) return Answer::kNoRoom;
  problem.note(reply.text);
  return Answer::kNone;
}

std::vector<LockState> LeaseLocks::look(std::span<const std::string_view> keys, Problem& problem) {
  Commands commands;
  for (const std::string_view key : keys) {
    commands.begin(2);
    commands.add("GET");
    commands.add(kLeasePrefix, key);
    commands.begin(2);
    commands.add("PTTL");
    commands.add(kLeasePrefix, key);
  }
  const TimePoint asked = std::chrono::steady_clock::now();
  std::vector<LockState> states(keys.size());
  transport_.exchange(commands, problem, [&](std::size_t index, Reply&& reply) {
    LockState& state = states[index / 2];
    if (index % 2 == 0) {
      state.ours = reply.type == Type::kString && reply.text == token_;
    } else {
      if (reply.type == Type::kError) problem.note(reply.text);
      state.until = endOf(reply);
      const Millis told(reply.type == Type::kInteger ? reply.integer : 0);
      state.sure = asked + std::clamp(told, Millis::zero(), kLongestLife);
    }
  });
  return states;
}

// By what PTTL says.
TimePoint LeaseLocks::endOf(const Reply& reply) const noexcept {
  constexpr long long kGone = -2;
  const TimePoint now = std::chrono::steady_clock::now();
  if (reply.type == Type::kInteger && reply.integer == kGone) return now;
  const bool told = reply.type == Type::kInteger && reply.integer >= 0;
  return now + kLate + (told ? std::min(Millis(reply.integer), kLongestLife) : life_);
}

std::optional<std::vector<std::size_t>> LeaseLocks::renew(std::span<const std::string_view> keys,
                                                          Problem& problem) noexcept {
  const std::optional<Reply> reply = run(renew_script_, keys, life_text_, problem);
  if (!reply) return std::nullopt;
  std::vector<std::size_t> lost;
  for (const Reply& one : reply->items) {
    const auto index = static_cast<std::size_t>(one.integer - 1);  // scripts count from 1
    if (one.type == Type::kInteger && index < keys.size()) lost.push_back(index);
  }
  return lost;
}

bool LeaseLocks::end(std::span<const std::string_view> keys, TimePoint until,
                     Problem& problem) noexcept {
  try {
    if (std::chrono::steady_clock::now() + margin_ < until) {
      return deleteUnseen(keys, until - answer_time_, problem);
    }
  } catch (const ConnectionError& error) {
    if (error.fault() != Fault::kLate) return false;
    // It had to wait so long that they may be others' by now.
  }
  return run(release_script_, keys, channel_, problem).has_value();
}

// Throws ConnectionError.
bool LeaseLocks::deleteUnseen(std::span<const std::string_view> keys, TimePoint latest,
                              Problem& problem) {
  Commands commands;
  commands.sendBy(latest);
  commands.begin(1 + keys.size());
  commands.add("UNLINK");
  for (const std::string_view key : keys) commands.add(kLeasePrefix, key);
  commands.begin(3);
  commands.add("PUBLISH");
  commands.add(channel_);
  commands.add(endedMessage(keys));
  transport_.exchange(commands, problem, [&](std::size_t, Reply&& reply) {
    if (reply.type == Type::kError) problem.note(reply.text);
  });
  return problem.text().empty();
}

std::optional<Reply> LeaseLocks::run(const Script& script, std::span<const std::string_view> keys,
                                     std::string_view argument, Problem& problem) noexcept {
  try {
    Reply reply = script.run(transport_, kLeasePrefix, keys, {token_, argument}, problem);
    if (problem.text().empty()) return reply;
  } catch (const ConnectionError&) {
    // What is not done ends with the life of the locks.
  }
  return std::nullopt;
}

}  // namespace forage::redis
