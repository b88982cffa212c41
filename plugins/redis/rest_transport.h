// Carries commands to an Upstash REST API: as many in a request as go together, look-ups as one
// MGET, values that are no text as bodies of their own. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fault.h"
#include "rest_call.h"
#include "rest_link.h"
#include "transport.h"

namespace forage::redis {

class RestTransport final : public Transport {
 public:
  /// `clock` outlives it. REQUIRES: options.rest.
  RestTransport(const Options& options, const Clock& clock);

  void exchange(const Commands& commands, Problem& problem, const OnReply& on_reply) override;
  [[nodiscard]] PoolStats stats() const noexcept override { return link_.stats(); }
  [[nodiscard]] std::uint64_t timeouts() const noexcept override { return link_.timeouts(); }
  void count(std::vector<std::pair<std::string, std::uint64_t>>& more) const override;
  [[nodiscard]] std::uint64_t chance() noexcept override { return link_.chance(); }

 private:
  struct Work;

  void make(std::span<const RestCall> calls, Work& work);
  void settle(const RestCall& call, const RestRequest& request, const RestLink::Result& result,
              Work& work) const;
  [[nodiscard]] std::vector<Reply> repliesIn(const RestLink::Result& result,
                                             const RestRequest& request,
                                             const RestCall& call) const;

  const std::size_t max_reply_;
  const std::string token_;
  RestLink link_;
};

}  // namespace forage::redis
