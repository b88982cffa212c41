#include "request_text.h"

#include <algorithm>

namespace forage::http1 {

namespace {

constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";

bool isToken(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool hasControl(std::string_view text) noexcept {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
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

// Methods that define a meaning for content say so when there is none (RFC 9110, section 8.6).
bool expectsBody(std::string_view method) noexcept {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

bool isIdempotent(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" ||
         method == "PUT" || method == "DELETE";
}

std::string_view HeadWriter::prepare(HeadersView fields) {
  if (fields.block() == given_) return {};
  std::string written;
  for (const HeaderField& field : fields) {
    if (isFraming(field.name)) continue;
    if (!isToken(field.name) || hasControl(field.value)) return "bad field in the request";
    written.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  std::string given(fields.block());
  given_.swap(given);
  written_.swap(written);
  return {};
}

std::string_view HeadWriter::write(const Request& request, bool keep_alive, std::string& head) {
  head.clear();
  if (!isToken(request.method) || request.method == "CONNECT") return "not a usable method";
  if (const std::string_view fault = prepare(request.headers); !fault.empty()) return fault;
  const Url& url = *request.url;  // holds no control character: no Url does
  head.append(request.method).append(" ").append(url.target());
  head.append(" HTTP/1.1\r\nHost: ").append(url.authority()).append("\r\n").append(written_);
  if (!keep_alive) head.append("Connection: close\r\n");
  if (!request.body.empty() || expectsBody(request.method)) {
    head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  head.append("\r\n");
  return {};
}

}  // namespace forage::http1
