// What the job says of its cache, applied to one trip: keys, whether what is stored may answer,
// what is stored and for how long. Binds the rules of http/ to a Job. Thread-safe: constant once
// made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "forage/job.h"
#include "forage/message.h"
#include "http/reuse.h"
#include "visit/trip.h"

namespace forage::visit {

class CacheRules {
 public:
  /// `job` and `request_headers` (the fields of plain requests) outlive this. `certificate` stands
  /// for the client certificate that servers are shown; "" for none.
  CacheRules(const Job& job, const Headers& request_headers, std::string certificate = {});

  /// Writes the key of the trip's URL and of what its request carries into `key`.
  void makeKey(const Trip& trip, Key& key) const { makeKey(trip, trip.url, key); }
  /// The same for another URL.
  void makeKey(const Trip& trip, const Url& url, Key& key) const;

  /// The fields that select a variant: the trip's own, or those of plain requests.
  [[nodiscard]] HeadersView selectingFields(const Trip& trip) const noexcept;
  /// Whether `entry` is of the variant that the trip asks for.
  [[nodiscard]] bool matches(const Entry& entry, const Trip& trip) const {
    return entry.variant().empty() || isOfVariant(entry, trip);
  }
  /// The key of the variant that the trip asks for, beside `base`, whose entry is another one. ""
  /// for none: a response that varies with everything.
  [[nodiscard]] Key variantKey(const Key& base, const Entry& of_base, const Trip& trip) const;
  /// Names the variant that `response` is; "" where neither it nor `known` varies. It is of the
  /// generation of `known`, or, where that is null, of one of its own, named after the run and
  /// `moment`.
  [[nodiscard]] std::string variantOf(HeadersView response, const Trip& trip, const Entry* known,
                                      std::uint64_t moment) const;

  [[nodiscard]] http::Judgement judge(const Entry& stored, const Trip& trip, WallTime now) const;
  /// As judge(...).reuse == kFresh, in a few steps where the job alone decides.
  [[nodiscard]] bool isFresh(const Entry& stored, const Trip& trip, WallTime now) const;

  /// Whether HTTP and the job let a response to GET with this head be stored, whatever its body.
  [[nodiscard]] bool mayStoreHead(const Trip& trip, int status, HeadersView headers) const;
  /// Whether the response is to be stored; `content` is its body without content coding.
  [[nodiscard]] bool mayStore(const Trip& trip, int status, HeadersView headers,
                              std::string_view content) const;
  /// Whether a part (206) with these fields and this body is to be stored.
  [[nodiscard]] bool mayStorePart(const Trip& trip, HeadersView headers,
                                  std::string_view body) const;
  /// Whether any part ever is.
  [[nodiscard]] bool keepsParts() const noexcept { return isAllowable(206); }
  /// How long the cache keeps it: freshness and the times after it in which it is of use.
  [[nodiscard]] Millis lifetime(const Entry& entry, const Trip& trip, WallTime now) const;
  /// Whether bodies have to be decoded before mayStore().
  [[nodiscard]] bool looksIntoBodies() const noexcept {
    return job_.cache.min_size > 0 || !job_.cache.forbidden_patterns.empty();
  }
  /// Whether the answer to another's request, just come, may answer this trip as well.
  [[nodiscard]] bool mayShare(const Entry& entry, const Trip& trip, WallTime now) const;

  /// Whether the job has nothing against storing a response of this status.
  [[nodiscard]] bool isAllowable(int status) const noexcept;
  [[nodiscard]] Millis expireAfter(const Trip& trip) const;
  [[nodiscard]] bool followsRfc9111() const noexcept {
    return job_.cache.policy == CachePolicy::kRfc9111;
  }

 private:
  [[nodiscard]] http::ReuseOptions reuseOptions(const Trip& trip) const;
  [[nodiscard]] bool isOfVariant(const Entry& entry, const Trip& trip) const;
  [[nodiscard]] std::string keySuffix(HeadersView fields, bool shows_certificate) const;
  [[nodiscard]] std::string withoutIgnored(std::string_view url) const;
  [[nodiscard]] bool isAdmitted(HeadersView headers, std::string_view content) const {
    return admits_all_ || meetsAdmissionRules(headers, content);
  }
  [[nodiscard]] bool meetsAdmissionRules(HeadersView headers, std::string_view content) const;

  const Job& job_;
  const Headers& request_headers_;
  std::string run_name_;  // no other run has it
  std::string certificate_;
  std::string plain_suffix_;      // of the keys of plain requests
  std::string plain_tls_suffix_;  // the same under TLS
  bool only_by_age_ = false;      // the same lifetime for all, and nothing else to look at
  bool admits_all_ = false;       // whatever their bodies
};

}  // namespace forage::visit
