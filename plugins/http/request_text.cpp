#include "request_text.h"

#include "net/request_rules.h"

namespace forage::http1 {

std::string_view HeadWriter::prepare(HeadersView fields) {
  if (fields.block() == given_) return {};
  std::string written;
  for (const HeaderField& field : fields) {
    if (net::isFraming(field.name)) continue;
    if (!net::isSendable(field)) return "bad field in the request";
    written.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  std::string given(fields.block());
  given_.swap(given);
  written_.swap(written);
  return {};
}

std::string_view HeadWriter::write(const Request& request, bool keep_alive, std::string& head) {
  head.clear();
  if (!net::isUsableMethod(request.method)) return "not a usable method";
  if (const std::string_view fault = prepare(request.headers); !fault.empty()) return fault;
  const Url& url = *request.url;  // holds no control character: no Url does
  head.append(request.method).append(" ").append(url.target());
  head.append(" HTTP/1.1\r\nHost: ").append(url.authority()).append("\r\n").append(written_);
  if (!keep_alive) head.append("Connection: close\r\n");
  if (!request.body.empty() || net::expectsBody(request.method)) {
    head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  head.append("\r\n");
  return {};
}

}  // namespace forage::http1
