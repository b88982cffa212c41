// Connecting to a site: the first connection finds out what the server can answer in, and whether
// it takes the token; so a server that refuses costs one request per back-off, as one that is away.
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "fault.h"
#include "rest_link.h"

namespace forage::redis {

namespace {

constexpr std::string_view kPing = "PING";
constexpr std::string_view kEcho = "ECHO";
constexpr std::string_view kWord = "forage";  // for ECHO: as base64 it is something else
constexpr std::size_t kMaxAnswer = 64u << 10;

Response await(HttpConnection& connection) {
  while (!connection.advance()) {
    const Millis left = connection.remaining();
    if (left <= Millis::zero()) connection.failTimeout();
    pollfd descriptor = connection.waitsFor();
    ::poll(&descriptor, 1, static_cast<int>(left.count()));
  }
  return connection.takeResponse();
}

bool isOnly(const std::vector<Reply>& replies, Reply::Type type, std::string_view text) noexcept {
  return replies.size() == 1 && replies.front().type == type && replies.front().text == text;
}

}  // namespace

RestLink::ConnectionPtr RestLink::connect() {
  ConnectionPtr connection = dialed();
  if (!probed_) {
    format_ = probe(connection);
    probed_ = true;
  }
  return connection;
}

RestLink::ConnectionPtr RestLink::dialed() const {
  const TimePoint deadline = std::chrono::steady_clock::now() + connect_timeout_;
  return std::make_unique<HttpConnection>(
      dialer_.dial(dialer_.endpointOf({site_.host, site_.port}), deadline), command_timeout_);
}

RestFormat RestLink::probe(ConnectionPtr& connection) const {
  if (isOnly(ask(connection, kPing, RestFormat::kResp2), Reply::Type::kStatus, "PONG")) {
    return RestFormat::kResp2;
  }
  if (isOnly(ask(connection, kEcho, RestFormat::kBase64), Reply::Type::kString, kWord)) {
    return RestFormat::kBase64;
  }
  throw ConnectionError(Fault::kProtocol,
                        "it answers neither in RESP2 nor in base64: [cache] url wants that of an "
                        "Upstash REST API");
}

// The replies to one command, or nothing where they are in another format.
std::vector<Reply> RestLink::ask(ConnectionPtr& connection, std::string_view command,
                                 RestFormat format) const {
  Command words{{command, {}}};
  if (command == kEcho) words.push_back({kWord, {}});
  const RestCall call{RestCall::Form::kCommand, {0}};
  const RestRequest request = requestOf(call, {&words, 1}, format, kMaxAnswer);
  connection->begin(headOf(request, site_, {}), std::array<std::string_view, 2>{request.json, {}},
                    request.max_reply, std::chrono::steady_clock::now());
  const Response response = await(*connection);
  if (!connection->servesOn()) connection = dialed();
  if (std::optional<ConnectionError> refusal = refusalIn(response)) throw *std::move(refusal);
  try {
    return repliesOf(response, request, call);
  } catch (const ConnectionError&) {
    return {};
  }
}

}  // namespace forage::redis
