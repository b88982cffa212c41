#include "sentinels.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "commands.h"
#include "fault.h"
#include "server_error.h"

namespace forage::redis {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMaxAnswer = 64u << 10;
constexpr std::size_t kMaxTold = 3;  // causes in one message

Millis timeUntil(TimePoint deadline) {
  return std::max(std::chrono::ceil<Millis>(deadline - SteadyClock::now()), Millis(1));
}

/// The reply to the last of `commands`; an error that came before it instead.
Reply lastReply(Connection& connection, const Commands& commands) {
  Reply last;
  connection.exchange(commands, [&](std::size_t, Reply&& reply) {
    if (last.type != Reply::Type::kError) last = std::move(reply);
  });
  return last;
}

std::string refusalOf(const std::string& error, std::initializer_list<std::string_view> secrets) {
  if (judge(error) == Verdict::kNotAllowed) {
    return "it does not let us in (" + error.substr(0, error.find(' ')) +
           "): check [cache.redis] sentinel_user and sentinel_password";
  }
  if (judge(error) == Verdict::kUnknown) return "it is no sentinel: name sentinels in url";
  return explainRefusal(error, secrets);
}

void requireMaster(Connection& connection) {
  Commands commands;
  commands.begin(1);
  commands.add("ROLE");
  const Reply role = lastReply(connection, commands);
  if (role.type == Reply::Type::kError) {
    throw ConnectionError(Fault::kRefused,
                          judge(role.text) == Verdict::kNotAllowed
                              ? "the user has no right to ROLE (NOPERM): allow it (ACL SETUSER)"
                              : explain(role.text));
  }
  if (role.type != Reply::Type::kArray || role.items.empty()) {
    throw ConnectionError(Fault::kProtocol, "it answers ROLE with something else");
  }
  if (role.items.front().text != "master") {
    throw ConnectionError(Fault::kRefused, "it is no master (any more)");
  }
}

}  // namespace

/// What one search has come across: the addresses that have been tried, and why each was none.
class Sentinels::Search {
 public:
  [[nodiscard]] bool isNew(const Address& address) {
    if (std::ranges::find(tried_, address) != tried_.end()) return false;
    tried_.push_back(address);
    return true;
  }
  void note(const std::string& where, const ConnectionError& error) {
    // Only a value may be too large for us, and still Redis be there.
    last_ = error.fault() == Fault::kTooLarge ? Fault::kProtocol : error.fault();
    if (++causes_ <= kMaxTold) text_ += (text_.empty() ? "" : "; ") + where + ": " + error.what();
  }
  [[nodiscard]] ConnectionError failure() const {
    const std::size_t more = causes_ - std::min(causes_, kMaxTold);
    return {last_, text_ + (more > 0 ? "; and " + std::to_string(more) + " more" : "")};
  }

 private:
  std::vector<Address> tried_;
  std::size_t causes_ = 0;
  std::string text_;
  Fault last_ = Fault::kUnreachable;
};

Sentinels::Sentinels(const Options& options, const Dialer& dialer)
    : sentinels_(options.location.seeds),
      master_(options.location.master),
      user_(options.sentinel_user),
      password_(options.sentinel_password),
      dialer_(dialer) {}

std::unique_ptr<Connection> Sentinels::reachMaster(TimePoint deadline,
                                                   const Connect& connect) const {
  Search search;
  const std::size_t first = first_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < sentinels_.size(); ++i) {
    const TimePoint now = SteadyClock::now();
    if (i > 0 && now >= deadline) break;
    const std::size_t which = (first + i) % sentinels_.size();
    const TimePoint share = now + (deadline - now) / static_cast<int>(sentinels_.size() - i);
    std::optional<Address> master;
    try {
      master = ask(sentinels_[which], share);
    } catch (const ConnectionError& error) {
      search.note("sentinel " + sentinels_[which].shown(), error);
      continue;
    }
    if (!search.isNew(*master)) continue;
    try {
      std::unique_ptr<Connection> connection = connect(*master);
      requireMaster(*connection);
      first_.store(which, std::memory_order_relaxed);
      return connection;
    } catch (const ConnectionError& error) {
      search.note("its master " + master->shown(), error);
    }
  }
  // Whoever kept us waiting for the whole of the time is not the first again.
  first_.store((first + 1) % sentinels_.size(), std::memory_order_relaxed);
  throw search.failure();
}

Address Sentinels::ask(const Address& sentinel, TimePoint deadline) const {
  auto stream = dialer_.dial(dialer_.endpointOf(sentinel), deadline);
  Connection connection(std::move(stream), timeUntil(deadline), kMaxAnswer);
  Commands commands;
  if (!password_.empty()) {
    commands.begin(user_.empty() ? 2 : 3);
    commands.add("AUTH");
    if (!user_.empty()) commands.add(user_);
    commands.add(password_);
  }
  commands.begin(3);
  commands.add("SENTINEL");
  commands.add("get-master-addr-by-name");
  commands.add(master_);
  const Reply reply = lastReply(connection, commands);
  if (reply.type == Reply::Type::kError) {
    throw ConnectionError(Fault::kRefused, refusalOf(reply.text, {password_, user_}));
  }
  if (reply.type == Reply::Type::kNil) {
    throw ConnectionError(Fault::kRefused,
                          "it knows no master \"" + master_ + "\": check its name in url");
  }
  std::optional<Address> master;
  if (reply.type == Reply::Type::kArray && reply.items.size() == 2) {
    master = addressOf(reply.items[0].text, reply.items[1].text);
  }
  if (!master) throw ConnectionError(Fault::kProtocol, "it answers SENTINEL with something else");
  return *std::move(master);
}

}  // namespace forage::redis
