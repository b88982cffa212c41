#include "changes.h"

#include <algorithm>
#include <utility>

#include "commands.h"
#include "fault.h"
#include "lease_protocol.h"
#include "server_error.h"
#include "sign_in.h"

namespace forage::redis {

namespace {

constexpr std::string_view kChannel = "__redis__:invalidate";
constexpr std::string_view kRights =
    "allow CLIENT SUBSCRIBE PING, and the channel &__redis__:invalidate";

/// Without room for large values: messages are keys.
Options withoutValues(Options options) {
  options.max_value_size = 0;
  return options;
}

Reply answerTo(Connection& connection, const Commands& commands) {
  Reply answer;
  connection.exchange(commands, [&](std::size_t, Reply&& reply) { answer = std::move(reply); });
  return answer;
}

Commands trackingCommand(long long id, std::span<const std::string> prefixes) {
  Commands commands;
  commands.begin(6 + 2 * prefixes.size());
  for (const std::string_view word : {"CLIENT", "TRACKING", "ON", "REDIRECT"}) commands.add(word);
  commands.add(id);
  commands.add("BCAST");
  for (const std::string& prefix : prefixes) {
    commands.add("PREFIX");
    commands.add(prefix);
  }
  return commands;
}

}  // namespace

Changes::Changes(const Options& options)
    : options_(withoutValues(options)), connector_(Connector(options_)) {}

Changes::~Changes() = default;

bool Changes::watch(ChangeListener* listener) {
  const std::lock_guard lock(mutex_);
  if (listener != listener_) {
    subscriber_.reset();
    listener_ = listener;
  }
  if (listener == nullptr || knows_no_tracking_) return !knows_no_tracking_;
  if (!subscriber_) {
    Subscriber::Listener& self = *this;
    subscriber_ = std::make_unique<Subscriber>(
        options_, [this] { return connect(); }, Subscriber::Subject{std::string(kChannel), kRights},
        self);
  }
  try {
    subscriber_->awaitUp();
  } catch (const ConnectionError&) {
    if (!knows_no_tracking_) throw;
    subscriber_.reset();
    return false;
  }
  return true;
}

std::unique_ptr<Connection> Changes::connect() const {
  std::unique_ptr<Connection> connection = connector_();
  track(*connection);
  return connection;
}

// The connection is redirected to itself: in RESP2 a connection that subscribes hears invalidations
// as messages, and one that does not hears none. So both end together.
void Changes::track(Connection& connection) const {
  Commands id;
  id.begin(2);
  id.add("CLIENT");
  id.add("ID");
  Reply reply = answerTo(connection, id);
  if (reply.type == Reply::Type::kInteger) {
    reply = answerTo(connection, trackingCommand(reply.integer, options_.track_prefix));
  }
  if (reply.type == Reply::Type::kStatus) return;
  if (reply.type != Reply::Type::kError) {
    throw ConnectionError(Fault::kProtocol, "it answers CLIENT with something else");
  }
  // Before Redis 6 it knows no tracking, before Redis 5 no ID.
  knows_no_tracking_ = reply.text.starts_with("ERR");
  throw ConnectionError(Fault::kRefused, explain(reply.text, kRights));
}

void Changes::heard(Reply&& message) {
  using Type = Reply::Type;
  if (message.type == Type::kNil) return listener_->allChanged();  // the store was emptied
  const bool are_keys =
      message.type == Type::kArray && std::ranges::all_of(message.items, [](const Reply& key) {
        return key.type == Type::kString;
      });
  if (!are_keys) throw ConnectionError(Fault::kProtocol, "it tells of a change that is none");
  std::vector<Key> keys;
  keys.reserve(message.items.size());
  for (Reply& key : message.items) {
    if (!key.text.starts_with(kLeasePrefix)) keys.push_back(std::move(key.text));
  }
  if (!keys.empty()) listener_->changed(keys);
}

}  // namespace forage::redis
