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

[[noreturn]] void refuse(const Options& options, const std::string& error) {
  std::string text = explain(error);
  // A server, or a proxy, that quotes what it was sent.
  for (const std::string& secret : {options.password, options.user}) {
    if (!secret.empty() && text.find(secret) != std::string::npos) {
      text = "it refuses to let us in";
    }
  }
  throw ConnectionError(Fault::kRefused, text);
}

bool knowsNoHello(const std::string& error) {
  return judge(error) == Verdict::kUnknown || error.starts_with("NOPROTO");
}

net::Endpoint endpointOf(const Location& location) {
  return {location.host, location.port, location.path, location.kind == Location::Kind::kTls};
}

}  // namespace

Connector::Connector(const Options& options)
    : options_(options), endpoint_(endpointOf(options.location)) {
  if (endpoint_.tls) {
    tls_ = std::make_shared<net::TlsContext>(net::TlsOptions{options_.ca_file, {}});
  }
}

std::unique_ptr<Connection> Connector::operator()() const {
  auto connection = std::make_unique<Connection>(dial(endpoint_, tls_, options_.connect_timeout),
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
    if (i != nice_to_have && !errors[i].empty()) refuse(options, errors[i]);
  }
}

}  // namespace forage::redis
