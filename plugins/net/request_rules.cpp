#include "net/request_rules.h"

#include "net/text_scan.h"

namespace forage::net {

bool isIdempotent(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" ||
         method == "PUT" || method == "DELETE";
}

bool expectsBody(std::string_view method) noexcept {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

bool isUsableMethod(std::string_view method) noexcept {
  return isToken(method) && method != "CONNECT";
}

bool isFraming(std::string_view name) noexcept {
  switch (name.size()) {
    case 2:
      return equalsIgnoreCase(name, "te");
    case 4:
      return equalsIgnoreCase(name, "host");
    case 7:
      return equalsIgnoreCase(name, "upgrade") || equalsIgnoreCase(name, "trailer");
    case 10:
      return equalsIgnoreCase(name, "connection") || equalsIgnoreCase(name, "keep-alive");
    case 14:
      return equalsIgnoreCase(name, "content-length");
    case 17:
      return equalsIgnoreCase(name, "transfer-encoding");
    default:
      return false;
  }
}

bool isSendable(const HeaderField& field) noexcept {
  constexpr std::string_view kLineEnds("\r\n\0", 3);
  return isToken(field.name) && field.value.find_first_of(kLineEnds) == std::string_view::npos;
}

}  // namespace forage::net
