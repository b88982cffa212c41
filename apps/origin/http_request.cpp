#include "origin/http_request.h"

#include <algorithm>
#include <charconv>

namespace forage::origin {
namespace {

RequestReader& readerOf(http_parser* parser) { return *static_cast<RequestReader*>(parser->data); }

}  // namespace

bool sameWord(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string percentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && text.size() - i > 2) {
      const char* const end = text.data() + i + 3;
      if (std::from_chars(end - 2, end, value, 16).ptr == end) {
        out += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

std::string_view HttpRequest::path() const noexcept {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view HttpRequest::query() const noexcept {
  const std::size_t mark = target.find('?');
  if (mark == std::string::npos) return {};
  return std::string_view(target).substr(mark + 1);
}

std::optional<std::string> HttpRequest::parameter(std::string_view name) const {
  std::string_view rest = query();
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    const std::size_t equals = std::min(one.find('='), one.size());
    if (one.substr(0, equals) != name) continue;
    return percentDecoded(one.substr(std::min(equals + 1, one.size())));
  }
  return std::nullopt;
}

std::optional<std::string_view> HttpRequest::field(std::string_view name) const noexcept {
  for (const auto& [key, value] : fields) {
    if (sameWord(key, name)) return value;
  }
  return std::nullopt;
}

RequestReader::RequestReader(std::size_t max_body) : max_body_(max_body) {
  http_parser_init(&parser_, HTTP_REQUEST);
  parser_.data = this;
}

const http_parser_settings& RequestReader::settings() {
  static const http_parser_settings kSettings = [] {
    http_parser_settings made;
    http_parser_settings_init(&made);
    made.on_message_begin = &RequestReader::onBegin;
    made.on_url = &RequestReader::onUrl;
    made.on_header_field = &RequestReader::onField;
    made.on_header_value = &RequestReader::onValue;
    made.on_headers_complete = &RequestReader::onHeadersComplete;
    made.on_body = &RequestReader::onBody;
    made.on_message_complete = &RequestReader::onComplete;
    return made;
  }();
  return kSettings;
}

RequestReader::Outcome RequestReader::read(std::string_view bytes, std::size_t& used) {
  // What fails before a request begins must not be taken for the one before.
  if (std::exchange(complete_, false)) request_ = HttpRequest{};
  http_parser_pause(&parser_, 0);
  used = http_parser_execute(&parser_, &settings(), bytes.data(), bytes.size());
  switch (HTTP_PARSER_ERRNO(&parser_)) {
    case HPE_OK:
      return Outcome::kMore;
    case HPE_PAUSED:
      return complete_ ? Outcome::kRequest : Outcome::kMore;
    case HPE_HEADER_OVERFLOW:
      return Outcome::kHeadTooLarge;
    default:
      return failure_;
  }
}

int RequestReader::refuse(Outcome why) {
  failure_ = why;
  return -1;
}

int RequestReader::countHead(std::size_t size) {
  head_bytes_ += size;
  return head_bytes_ > kMaxHead ? refuse(Outcome::kHeadTooLarge) : 0;
}

int RequestReader::takeHead(std::string& to, const char* at, std::size_t size) {
  if (const int refusal = countHead(size); refusal != 0) return refusal;
  to.append(at, size);
  return 0;
}

int RequestReader::onBegin(http_parser* parser) {
  RequestReader& self = readerOf(parser);
  self.request_ = HttpRequest{};
  self.head_bytes_ = 0;
  self.in_value_ = true;
  self.in_body_ = false;
  self.expectation_ = false;
  return 0;
}

int RequestReader::onUrl(http_parser* parser, const char* at, std::size_t size) {
  RequestReader& self = readerOf(parser);
  return self.takeHead(self.request_.target, at, size);
}

int RequestReader::onField(http_parser* parser, const char* at, std::size_t size) {
  RequestReader& self = readerOf(parser);
  if (self.in_body_) return self.countHead(size);  // trailers are read over
  if (self.in_value_) self.request_.fields.emplace_back();
  self.in_value_ = false;
  return self.takeHead(self.request_.fields.back().first, at, size);
}

int RequestReader::onValue(http_parser* parser, const char* at, std::size_t size) {
  RequestReader& self = readerOf(parser);
  self.in_value_ = true;
  if (self.in_body_) return self.countHead(size);
  return self.takeHead(self.request_.fields.back().second, at, size);
}

int RequestReader::onHeadersComplete(http_parser* parser) {
  RequestReader& self = readerOf(parser);
  HttpRequest& request = self.request_;
  if (parser->http_major != 1) return self.refuse(Outcome::kMalformed);
  request.method = http_method_str(static_cast<http_method>(parser->method));
  request.http10 = parser->http_major == 1 && parser->http_minor == 0;
  request.keep_alive = http_should_keep_alive(parser) != 0;
  self.in_body_ = true;
  // An offer to upgrade is declined by answering as if it had not been made (RFC 9110,
  // section 7.8).
  parser->upgrade = 0;
  const bool has_length = (parser->flags & F_CONTENTLENGTH) != 0;
  if (has_length && parser->content_length > self.max_body_) {
    return self.refuse(Outcome::kBodyTooLarge);
  }
  const bool has_body = has_length ? parser->content_length > 0 : (parser->flags & F_CHUNKED) != 0;
  const auto expect = request.field("Expect");
  self.expectation_ = has_body && !request.http10 && expect && sameWord(*expect, "100-continue");
  return 0;
}

int RequestReader::onBody(http_parser* parser, const char*, std::size_t size) {
  RequestReader& self = readerOf(parser);
  self.expectation_ = false;
  self.request_.body_bytes += size;
  return self.request_.body_bytes > self.max_body_ ? self.refuse(Outcome::kBodyTooLarge) : 0;
}

int RequestReader::onComplete(http_parser* parser) {
  readerOf(parser).complete_ = true;
  http_parser_pause(parser, 1);
  return 0;
}

}  // namespace forage::origin
