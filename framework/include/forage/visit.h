// Visit: what became of one URL of one group. Delivered once per URL, to sinks and observers.
// A value; not thread-safe (content() may decode on first use).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "forage/entry.h"
#include "forage/error.h"
#include "forage/export.h"

namespace forage {

/// How a URL ended: every URL ends in exactly one of these. Append only.
enum class Outcome : std::uint8_t {
  kHit,          ///< answered by the cache
  kRevalidated,  ///< answered by the cache after the server said it still holds
  kStale,        ///< answered by the cache although expired
  kJoined,       ///< answered by another URL's fetch that was under way
  kFetched,      ///< answered by a server
  kFailed,       ///< no response, or one with status >= 400, whatever its source
  kBlocked,      ///< refused by robots.txt or policy
};
inline constexpr std::size_t kOutcomes = 7;

/// The word in reports: "hit", "joined", ...
[[nodiscard]] FORAGE_API std::string_view toString(Outcome outcome) noexcept;

struct FORAGE_API Visit {
  std::size_t group_index = 0;
  std::string_view group;      ///< name; lives as long as the run
  std::uint64_t position = 0;  ///< of the URL in its group, from 0
  std::string url;             ///< as canonicalised; as written, where it is no URL
  std::string final_url;       ///< where redirects led; empty when there were none
  Outcome outcome = Outcome::kFailed;
  Outcome source = Outcome::kFailed;  ///< where the response came from, also when it is a failure
  EntryPtr response;                  ///< null when there was none
  Failure failure;                    ///< set for kFailed and kBlocked
  std::uint32_t requests = 0;         ///< sent to servers for this URL
  std::uint32_t redirects = 0;        ///< followed
  bool stored = false;                ///< its response was handed to the cache
  std::chrono::microseconds elapsed{0};  ///< from the moment the URL was taken up
  std::size_t max_content = 64u << 20;   ///< bound of content()

  [[nodiscard]] int status() const noexcept { return response ? response->status() : 0; }
  [[nodiscard]] bool succeeded() const noexcept {
    return outcome != Outcome::kFailed && outcome != Outcome::kBlocked;
  }

  /// The body, with content codings that we know removed; decoded on first use. A body that cannot
  /// be decoded, or only to more than max_content bytes, is returned as received.
  [[nodiscard]] std::string_view content() const;

  /// Set by the pipeline where it has decoded the body already.
  mutable std::shared_ptr<const std::string> decoded;
};

}  // namespace forage
