// Visit::content(): here and not beside the rest of Visit, because removing content codings is
// HTTP.
#include <utility>

#include "forage/visit.h"
#include "http/content_coding.h"

namespace forage {

std::string_view Visit::content() const {
  if (decoded) return *decoded;
  if (!response) return {};
  if (!response->headers().find("Content-Encoding")) return response->body();
  http::Decoded result = http::decodeContent(response->headers(), response->body(), max_content);
  if (result.failure || result.untouched) return response->body();
  decoded = std::make_shared<const std::string>(std::move(result.content));
  return *decoded;
}

}  // namespace forage
