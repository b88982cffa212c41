#include "net/response_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <optional>
#include <utility>

#include "net/head_text.h"

namespace forage::net {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::uint64_t kFirstAllocation = 1u << 20;  // a claim alone never gets more
constexpr std::size_t kShortChunkLine = 20;           // no extension worth the name fits in it

error_code stop() { return http::make_error_code(http::error::bad_value); }

std::string_view view(beast::string_view text) noexcept { return {text.data(), text.size()}; }

constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kOwnField = "Forage-Entry";

// What the parser's callbacks fill.
struct Received {
  ReaderLimits limits;
  bool no_body = false;
  int status = 0;
  std::string reason;
  std::string fields;
  std::string body;
  std::uint64_t length = 0;       // Content-Length, where known
  std::uint64_t chunk_extra = 0;  // bytes of chunk lines beyond what a size needs
  bool has_transfer_encoding = false;
  bool http11 = false;
  bool at_chunk_line = false;      // one has just been taken
  bool expects_chunk_line = true;  // next, where the body is chunked
  bool in_trailers = false;
  Failure failure;  // of a callback; explains the parser's error

  void resetHead() {
    status = 0;
    reason.clear();
    fields.clear();
    length = 0;
    has_transfer_encoding = http11 = at_chunk_line = in_trailers = false;
    expects_chunk_line = true;
  }
  void append(std::string_view bytes, error_code& ec);
  void makeRoom(std::size_t more);
};

class Parser final : public http::basic_parser<false> {
 public:
  explicit Parser(Received& message) : message_(message) {
    body_limit(boost::none);                                  // ours says what was too large
    header_limit(std::numeric_limits<std::uint32_t>::max());  // likewise; its own is 8 KiB
    if (message.no_body) skip(true);
  }

 private:
  void on_request_impl(http::verb, beast::string_view, beast::string_view, int,
                       error_code&) override {}

  void on_response_impl(int code, beast::string_view reason, int version, error_code&) override {
    message_.status = code;
    message_.reason.assign(reason.data(), reason.size());
    message_.http11 = version >= 11;
  }

  void on_field_impl(http::field id, beast::string_view name, beast::string_view value,
                     error_code& ec) override {
    // Beast merges trailers into the fields, where they could set anything; here they are dropped.
    if (message_.in_trailers) return;
    if (id == http::field::transfer_encoding) checkTransferEncoding(view(value), ec);
    if (name.size() == kOwnField.size() && equalsIgnoreCase(view(name), kOwnField)) return;
    message_.fields.append(name.data(), name.size()).append(": ");
    message_.fields.append(value.data(), value.size()).append("\r\n");
  }

  // Beast looks for a last "chunked" and forgets the codings before it, and reads a body that ends
  // with another coding by Content-Length or to the end. Anything but "chunked" alone is refused.
  void checkTransferEncoding(std::string_view value, error_code& ec) {
    if (!message_.has_transfer_encoding && equalsIgnoreCase(value, "chunked")) {
      message_.has_transfer_encoding = true;
      return;
    }
    message_.failure = {ErrorKind::kProtocol, "unsupported Transfer-Encoding"};
    ec = stop();
  }

  void on_header_impl(error_code&) override {}

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (!length) return;
    message_.length = *length;
    const bool modest = *length <= 2 * kFirstAllocation;
    message_.body.reserve(static_cast<std::size_t>(modest ? *length : kFirstAllocation));
  }

  std::size_t on_body_impl(beast::string_view body, error_code& ec) override {
    message_.append(view(body), ec);
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t size, beast::string_view, error_code&) override {
    message_.at_chunk_line = true;
    message_.expects_chunk_line = false;
    if (size == 0) message_.in_trailers = true;
  }

  std::size_t on_chunk_body_impl(std::uint64_t left, beast::string_view body,
                                 error_code& ec) override {
    message_.append(view(body), ec);
    if (left == body.size()) message_.expects_chunk_line = true;
    return body.size();
  }

  void on_finish_impl(error_code&) override {}

  Received& message_;
};

void Received::append(std::string_view bytes, error_code& ec) {
  if (bytes.size() > limits.max_body - body.size()) {
    failure = {ErrorKind::kTooLarge,
               "body is over the limit of " + std::to_string(limits.max_body) + " bytes"};
    ec = stop();
    return;
  }
  if (bytes.size() > body.capacity() - body.size()) makeRoom(bytes.size());
  body.append(bytes);
}

// Where the length is known, ends with just that capacity: std::string doubles what is less.
void Received::makeRoom(std::size_t more) {
  if (length <= body.capacity()) return;
  const std::uint64_t capacity = body.capacity();
  const std::uint64_t room = length <= 16 * capacity ? length : 8 * capacity;
  body.reserve(static_cast<std::size_t>(std::max<std::uint64_t>(room, body.size() + more)));
}

}  // namespace

struct ResponseReader::Message : Received {
  HeadScanner scanner;
  std::optional<Parser> parser;

  void resetAll() {
    resetHead();
    scanner.reset();
    parser.reset();
    body.clear();
    chunk_extra = 0;
    failure = {};
  }
};

ResponseReader::ResponseReader() : message_(std::make_unique<Message>()) {}
ResponseReader::~ResponseReader() = default;

void ResponseReader::begin(const ReaderLimits& limits, bool no_body) {
  message_->limits = limits;
  message_->no_body = no_body;
  message_->resetAll();
  pending_.clear();
  header_bytes_ = 0;
  in_head_ = true;
  started_ = complete_ = keep_alive_ = false;
  failure_ = {};
}

std::size_t ResponseReader::feed(std::string_view bytes) {
  if (isDone() || bytes.empty()) return 0;
  started_ = true;
  if (pending_.empty()) {
    const std::size_t used = consume(bytes);
    if (isDone()) return used;
    pending_.assign(bytes.substr(used));
    return bytes.size();
  }
  const std::size_t before = pending_.size();
  pending_.append(bytes);
  const std::size_t used = consume(pending_);
  if (isDone()) {
    pending_.clear();
    return used > before ? used - before : 0;
  }
  pending_.erase(0, used);
  return bytes.size();
}

std::size_t ResponseReader::consume(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && !isDone()) {
    const std::string_view rest = bytes.substr(used);
    const std::size_t n = in_head_ ? consumeHead(rest) : consumeBody(rest);
    if (n == 0) break;
    used += n;
  }
  return used;
}

// Returns the size of the head that was taken; 0: it is not complete, or has failed.
std::size_t ResponseReader::consumeHead(std::string_view bytes) {
  if (!mayBeHttp(bytes)) {
    fail(ErrorKind::kProtocol, "answer is not HTTP/1");
    return 0;
  }
  const std::size_t size = message_->scanner.scan(bytes);
  const std::size_t limit = message_->limits.max_header_bytes;
  if (header_bytes_ + (size != 0 ? size : bytes.size()) > limit) {
    fail(ErrorKind::kTooLarge, "header is over the limit of " + std::to_string(limit) + " bytes");
    return 0;
  }
  if (size == 0) return 0;
  header_bytes_ += size;
  const std::string_view head = bytes.substr(0, size);
  if (message_->scanner.isUneven()) {
    parseHead(evenOut(head));
  } else {
    parseHead(head);
  }
  return size;
}

void ResponseReader::parseHead(std::string_view head) {
  Message& message = *message_;
  message.scanner.reset();
  message.resetHead();
  message.fields.reserve(head.size());
  message.parser.emplace(message);
  error_code ec;
  const std::size_t n = message.parser->put({head.data(), head.size()}, ec);
  if (message.failure) {
    failure_ = std::move(message.failure);
  } else if (ec || n != head.size() || !message.parser->is_header_done()) {
    fail(ErrorKind::kProtocol, "bad header: " + (ec ? ec.message() : std::string("no end")));
  } else if (message.status < 100) {
    fail(ErrorKind::kProtocol, "status below 100");
  } else {
    finishHead();
  }
}

// Beast stops at each interim response; any number of them may come before the final one
// (RFC 9110, section 15.2).
void ResponseReader::finishHead() {
  Message& message = *message_;
  if (message.status == 101) {
    fail(ErrorKind::kProtocol, "switches protocols unasked");
  } else if (message.status < 200) {
    message.parser.reset();
  } else if (message.parser->is_done()) {
    complete();
  } else {
    in_head_ = false;
    checkLength();
  }
}

// Beast tells of the length when the first byte of the body comes, which may be never.
void ResponseReader::checkLength() {
  const auto length = message_->parser->content_length();
  if (!length || *length <= message_->limits.max_body) return;
  fail(ErrorKind::kTooLarge, "body of " + std::to_string(*length) + " bytes is over the limit of " +
                                 std::to_string(message_->limits.max_body));
}

// Takes one element: a chunk line, a piece of a chunk, or of a body. 0: it is not complete, or has
// failed.
std::size_t ResponseReader::consumeBody(std::string_view bytes) {
  Message& message = *message_;
  const std::size_t limit = message.limits.max_header_bytes;
  // Beast asserts that it never sees less of a last chunk, which in pieces it does.
  const bool chunk_line = message.has_transfer_encoding && message.expects_chunk_line;
  if (chunk_line && bytes.size() < kLastChunk.size()) return 0;
  message.at_chunk_line = false;
  error_code ec;
  const std::size_t n = message.parser->put({bytes.data(), bytes.size()}, ec);
  const bool incomplete = ec == http::error::need_more;
  if (message.failure) {
    failure_ = std::move(message.failure);
  } else if (ec && !incomplete) {
    fail(ErrorKind::kProtocol, "bad body: " + ec.message());
  } else if (message.at_chunk_line || incomplete) {
    const std::size_t size = incomplete ? bytes.size() : n;
    const std::size_t extra = size > kShortChunkLine ? size - kShortChunkLine : 0;
    // A few bytes of extension for each byte of body are nobody's attack.
    if (message.chunk_extra + extra > limit + message.body.size()) {
      fail(ErrorKind::kTooLarge, "chunk extensions and trailers are over the limit of " +
                                     std::to_string(limit) + " bytes");
    } else if (!incomplete) {
      message.chunk_extra += extra;
    }
  }
  if (!failure_ && !incomplete && message.parser->is_done()) complete();
  return failure_ || incomplete ? 0 : n;
}

void ResponseReader::complete() {
  const Message& message = *message_;
  complete_ = true;
  // Transfer-Encoding in HTTP/1.0 is faulty framing: the connection ends (RFC 9112, section 6.1).
  keep_alive_ = message.parser->keep_alive() && (message.http11 || !message.has_transfer_encoding);
}

void ResponseReader::end(bool orderly) {
  if (isDone()) return;
  if (orderly && !in_head_ && pending_.empty()) {
    error_code ec;
    message_->parser->put_eof(ec);
    if (!ec) {
      complete();
      keep_alive_ = false;
      return;
    }
  }
  fail(ErrorKind::kTruncated,
       in_head_
           ? "connection ended within the header"
           : "connection ended after " + std::to_string(message_->body.size()) + " bytes of body");
}

Response ResponseReader::takeResponse() {
  Message& message = *message_;
  Response response;
  response.status = message.status;
  response.reason = std::move(message.reason);
  response.headers = Headers(std::move(message.fields));
  response.body = std::move(message.body);
  message.reason.clear();
  message.fields.clear();
  message.body.clear();
  // Caches are charged for capacity: what grew by doubling gives back what it does not use.
  if (response.body.capacity() > response.body.size() + response.body.size() / 4 + 64) {
    response.body.shrink_to_fit();
  }
  return response;
}

void ResponseReader::fail(ErrorKind kind, std::string message) {
  failure_ = {kind, std::move(message)};
}

}  // namespace forage::net
