// Why a transfer has no response, in the words of Forage.
#pragma once

#include <cstdint>
#include <string>

#include "forage/error.h"
#include "forage/fetcher.h"
#include "handles.h"

namespace forage::curl {

/// What is known of a transfer that libcurl has ended.
struct Ending {
  CURL* easy = nullptr;
  CURLcode code = CURLE_OK;
  const Url* url = nullptr;
  FetchLimits limits;
  std::string text;           ///< libcurl's own words; may be empty
  bool shakes_hands = false;  ///< TLS has begun
  bool was_asked = false;     ///< the request was sent, or some of it
  bool has_begun = false;     ///< some of the response has come
};

/// REQUIRES: a code other than CURLE_OK. Throws std::bad_alloc: there is no memory.
[[nodiscard]] Failure failureOf(const Ending& ending);

/// "127.0.0.1:80", "[::1]:80".
[[nodiscard]] std::string placeOf(const Url& url);

}  // namespace forage::curl
