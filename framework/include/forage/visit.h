// Visit: what became of one URL of one group. Delivered once per URL, to sinks and observers.
// A value; not thread-safe (content() may decode on first use).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

/// What a cache has done for a request, in the words of RFC 9211.
struct CacheStatus {
  /// Why the request was forwarded; kNone: it was not.
  enum class Forward : std::uint8_t {
    kNone,
    kBypass,    ///< the cache was not asked
    kMethod,    ///< its method is never answered by a cache
    kUriMiss,   ///< nothing is stored for the URL
    kVaryMiss,  ///< what is stored answers other requests
    kRequest,   ///< the request, or --refresh, did not want what is stored
    kStale,     ///< what is stored has expired
    kPartial,   ///< what is stored is a part, and not the one that is asked for
  };
  bool hit = false;
  Forward forward = Forward::kNone;
  int forward_status = 0;  ///< of the server; 0: none
  bool stored = false;
  bool collapsed = false;                   ///< answered by another's request
  std::optional<std::chrono::seconds> ttl;  ///< freshness left; below 0: expired so long ago

  /// The field value: "forage; hit; ttl=30".
  [[nodiscard]] FORAGE_API std::string toString() const;
};

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
  std::chrono::microseconds elapsed{0};     ///< from the moment the URL was taken up
  std::size_t max_content = 64u << 20;      ///< bound of content()
  std::string tag;                          ///< of the request, where it had one
  std::optional<std::chrono::seconds> age;  ///< of a response that the cache has answered with
  CacheStatus cache_status;

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
