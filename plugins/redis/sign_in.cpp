#include "sign_in.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands.h"
#include "dial.h"
#include "fault.h"
#include "server_error.h"

namespace forage::redis {

namespace {

constexpr std::string_view kName = "forage";

void addHello(Commands& commands, const Options& options) {
  const bool authenticate = !options.password.empty();
  commands.begin(authenticate ? 7 : 4);
  commands.add("HELLO");
  commands.add("2");
  if (authenticate) {
    commands.add("AUTH");
    commands.add(options.user.empty() ? "default" : options.user);
    commands.add(options.password);
  }
  commands.add("SETNAME");
  commands.add(kName);
}

/// For servers before Redis 6, which know neither HELLO nor users.
void addAuthAndName(Commands& commands, const Options& options) {
  if (!options.password.empty()) {
    commands.begin(options.user.empty() ? 2 : 3);
    commands.add("AUTH");
    if (!options.user.empty()) commands.add(options.user);
    commands.add(options.password);
  }
  commands.begin(3);
  commands.add("CLIENT");
  commands.add("SETNAME");
  commands.add(kName);
}

void addSelect(Commands& commands, const Options& options) {
  if (options.database == 0) return;
  commands.begin(2);
  commands.add("SELECT");
  commands.add(options.database);
}

/// The text of each reply that is an error, "" for the others. An error counts for more than that
/// the server closed after it.
std::vector<std::string> errorsOf(Connection& connection, const Commands& commands) {
  std::vector<std::string> errors(commands.count());
  try {
    connection.exchange(commands, [&](std::size_t index, Reply&& reply) {
      if (reply.type == Reply::Type::kError) errors[index] = std::move(reply.text);
    });
  } catch (const ConnectionError& error) {
    if (!errors.front().empty()) return errors;
    // Only a value may be too large for us, and still Redis be there.
    if (error.fault() != Fault::kTooLarge) throw;
    throw ConnectionError(Fault::kProtocol, error.what());
  }
  return errors;
}

bool knowsNoHello(const std::string& error) {
  return judge(error) == Verdict::kUnknown || error.starts_with("NOPROTO");
}

}  // namespace

Connector::Connector(const Options& options, const Dialer& dialer)
    : options_(options), dialer_(dialer) {
  if (options.location.topology == Location::Topology::kSentinel) {
    sentinels_ = std::make_shared<const Sentinels>(options, dialer);
  }
}

std::unique_ptr<Connection> Connector::operator()() const {
  const TimePoint deadline = std::chrono::steady_clock::now() + options_.connect_timeout;
  if (sentinels_) {
    return sentinels_->reachMaster(deadline, [&](const Address& master) {
      return connect(dialer_.endpointOf(master), deadline);
    });
  }
  const Location& location = options_.location;
  net::Endpoint endpoint = dialer_.endpointOf({location.host, location.port});
  endpoint.unix_path = location.path;
  return connect(endpoint, deadline);
}

std::unique_ptr<Connection> Connector::connect(const net::Endpoint& endpoint,
                                               TimePoint deadline) const {
  auto connection = std::make_unique<Connection>(dialer_.dial(endpoint, deadline),
                                                 options_.command_timeout, options_.maxReply());
  signIn(*connection, options_);
  return connection;
}

void signIn(Connection& connection, const Options& options) {
  Commands commands;
  addHello(commands, options);
  addSelect(commands, options);
  std::vector<std::string> errors = errorsOf(connection, commands);
  std::size_t nice_to_have = errors.size();
  if (knowsNoHello(errors.front())) {
    commands.clear();
    addAuthAndName(commands, options);
    nice_to_have = commands.count() - 1;  // the name
    addSelect(commands, options);
    errors = errorsOf(connection, commands);
  }
  for (std::size_t i = 0; i < errors.size(); ++i) {
    if (i == nice_to_have || errors[i].empty()) continue;
    throw ConnectionError(Fault::kRefused,
                          explainRefusal(errors[i], {options.password, options.user}));
  }
}

}  // namespace forage::redis
