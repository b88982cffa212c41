// The header fields of requests that bring none of their own.
#pragma once

#include "forage/job.h"
#include "forage/message.h"
#include "forage/version.h"
#include "http/content_coding.h"

namespace forage::run {

[[nodiscard]] inline Headers requestHeaders(const Job& job) {
  Headers headers;
  headers.add("User-Agent", job.fetch.user_agent.empty() ? std::string("forage/") + kVersion
                                                         : job.fetch.user_agent);
  headers.add("Accept", "*/*");
  headers.add("Accept-Encoding", http::kAcceptEncoding);
  return headers;
}

}  // namespace forage::run
