// The sink of `forage fetch`: bodies one after the other, in the order in which the URLs were
// given, whatever the order in which they come; failures to standard error.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>

#include "forage/sink.h"

namespace forage::app {

class BodySink final : public Sink {
 public:
  /// Takes bytes of the output; throws SinkError.
  using Write = std::function<void(std::string_view)>;
  /// Takes a line about a URL that failed.
  using Tell = std::function<void(std::string_view)>;

  BodySink(Write write, Tell tell, bool with_headers);

  void accept(const Visit& visit) override;
  void close() override;

 private:
  void emit(const Visit& visit);

  const Write write_;
  const Tell tell_;
  const bool with_headers_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, Visit> waiting_;  // for an earlier one that is still under way
};

}  // namespace forage::app
