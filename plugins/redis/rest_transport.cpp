#include "rest_transport.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "server_error.h"

namespace forage::redis {

namespace {

bool isTooLarge(const std::vector<Reply>& replies) {
  return std::ranges::all_of(replies, [](const Reply& reply) {
    return reply.type == Reply::Type::kError && judge(reply.text) == Verdict::kTooLarge;
  });
}

}  // namespace

/// One exchange.
struct RestTransport::Work {
  std::span<const Command> commands;
  RestFormat format = RestFormat::kBase64;
  std::vector<RestCall> calls;                // yet to be made, the next one last
  std::vector<std::optional<Reply>> replies;  // those not handed over yet
  std::size_t delivered = 0;                  // in order
  std::optional<ConnectionError> error;       // the first one

  /// What is too large together is asked for in two parts.
  void split(const RestCall& call) {
    auto [first, second] = halvesOf(call);
    calls.push_back(std::move(second));
    calls.push_back(std::move(first));
  }

  void deliver(const OnReply& on_reply) {
    while (delivered < replies.size() && replies[delivered]) {
      const std::size_t index = delivered++;
      on_reply(index, *std::exchange(replies[index], std::nullopt));
    }
  }
};

RestTransport::RestTransport(const Options& options, const Clock& clock)
    : max_reply_(options.maxReply()), token_(options.rest->token), link_(options, clock) {}

void RestTransport::exchange(const Commands& commands, Problem& problem, const OnReply& on_reply) {
  const std::vector<Command> list = commands.commands();
  RestPlan plan = planCalls(list);
  Work work;
  work.commands = list;
  work.format = link_.format();
  work.replies.resize(list.size());
  work.calls.assign(std::move_iterator(plan.calls.rbegin()), std::move_iterator(plan.calls.rend()));
  while (!work.calls.empty()) {
    const std::size_t n = plan.any_order ? work.calls.size() : 1;
    std::vector<RestCall> calls(
        std::move_iterator(work.calls.end() - static_cast<std::ptrdiff_t>(n)),
        std::move_iterator(work.calls.end()));
    work.calls.resize(work.calls.size() - n);
    make(calls, work);
    work.deliver(on_reply);
    if (work.error) throw ConnectionError(*work.error);
  }
  if (problem.wantsReconnect()) link_.closeIdle();
}

void RestTransport::count(std::vector<std::pair<std::string, std::uint64_t>>& more) const {
  more.emplace_back("retries", link_.retries());
}

void RestTransport::make(std::span<const RestCall> calls, Work& work) {
  std::vector<RestRequest> requests;
  for (const RestCall& call : calls) {
    requests.push_back(requestOf(call, work.commands, work.format, max_reply_));
  }
  std::vector<RestLink::Result> results = link_.send(requests);
  for (std::size_t i = 0; i < calls.size(); ++i) settle(calls[i], requests[i], results[i], work);
}

void RestTransport::settle(const RestCall& call, const RestRequest& request,
                           const RestLink::Result& result, Work& work) const {
  const bool several = call.commands.size() > 1;
  try {
    std::vector<Reply> replies = repliesIn(result, request, call);
    if (several && isTooLarge(replies)) return work.split(call);
    for (std::size_t i = 0; i < replies.size(); ++i) {
      work.replies[call.commands[i]] = std::move(replies[i]);
    }
  } catch (const ConnectionError& error) {
    if (several && error.fault() == Fault::kTooLarge) return work.split(call);
    if (!work.error) work.error = error;
  }
}

std::vector<Reply> RestTransport::repliesIn(const RestLink::Result& result,
                                            const RestRequest& request,
                                            const RestCall& call) const {
  if (const auto* error = std::get_if<ConnectionError>(&result)) throw ConnectionError(*error);
  std::vector<Reply> replies = repliesOf(std::get<Response>(result), request, call);
  for (Reply& reply : replies) {
    // A server, or a proxy, that quotes what it was sent.
    const bool quotes =
        reply.type == Reply::Type::kError && reply.text.find(token_) != reply.text.npos;
    if (quotes) reply.text = "it refuses, and its reason is no reading for others";
  }
  return replies;
}

}  // namespace forage::redis
