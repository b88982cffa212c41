#include "http/content_coding.h"

namespace forage::http {

Decoded decodeContent(HeadersView, std::string_view, std::size_t) {
  Decoded result;
  result.untouched = true;
  return result;
}

}  // namespace forage::http
