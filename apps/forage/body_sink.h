// The sink of `forage fetch`: bodies one after the other, in the order in which the URLs were
// given, whatever the order in which they come; failures to standard error. What waits for an
// earlier URL is kept in memory up to a bound, and in a file beyond it: to wait for room instead
// would hold up the very URL that makes some.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "aside_file.h"
#include "forage/sink.h"

namespace forage::app {

class BodySink final : public Sink {
 public:
  static constexpr std::size_t kMaxWaiting = 32u << 20;  ///< bytes in memory

  /// Takes bytes of the output; throws SinkError.
  using Write = std::function<void(std::string_view)>;
  /// Takes a line about a URL that failed.
  using Tell = std::function<void(std::string_view)>;

  BodySink(Write write, Tell tell, bool with_headers, std::size_t max_waiting = kMaxWaiting);

  void accept(const Visit& visit) override;
  void close() override;

 private:
  /// For an earlier one that is still under way.
  struct Waiting {
    std::unique_ptr<const Visit> visit;  ///< null where it is put aside
    AsideFile::Piece output;             ///< of one that is
    std::string failure;                 ///< the same, where it failed
  };

  void wait(const Visit& visit);
  void emit(const Visit& visit);
  void emit(const Waiting& waiting);
  [[nodiscard]] std::string headOf(const Visit& visit) const;

  const Write write_;
  const Tell tell_;
  const bool with_headers_;
  const std::size_t max_waiting_;
  std::uint64_t next_ = 0;
  std::size_t bytes_ = 0;  // of visits in waiting_
  std::map<std::uint64_t, Waiting> waiting_;
  AsideFile aside_;
};

}  // namespace forage::app
