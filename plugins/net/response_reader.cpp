#include "net/response_reader.h"

#include <algorithm>
#include <utility>

namespace forage::net {

void ResponseReader::begin(const ReaderLimits& limits, bool no_body) {
  parser_.begin(limits.max_header_bytes);
  body_.begin(limits.max_body);
  max_header_bytes_ = limits.max_header_bytes;
  no_body_ = no_body;
  part_ = Part::kHead;
  started_ = complete_ = keep_alive_ = false;
  if (failure_) failure_ = {};
}

std::size_t ResponseReader::feed(std::string_view bytes) {
  const std::size_t given = bytes.size();
  if (given != 0 && !isDone()) started_ = true;
  while (!bytes.empty() && !isDone()) {
    switch (part_) {
      case Part::kHead:
        takeHead(bytes);
        break;
      case Part::kLength:
        takeLength(bytes);
        break;
      case Part::kChunks:
        takeChunks(bytes);
        break;
      case Part::kToEnd:
        takeToEnd(bytes);
        break;
    }
  }
  return given - bytes.size();
}

void ResponseReader::takeHead(std::string_view& bytes) {
  switch (parser_.feed(bytes)) {
    case Progress::kMore:
      break;
    case Progress::kFailed:
      failure_ = std::move(parser_.failure());
      break;
    case Progress::kDone:
      finishHead();
      break;
  }
}

// Any number of interim responses may come before the final one (RFC 9110, section 15.2).
void ResponseReader::finishHead() {
  const Head& head = parser_.head();
  if (head.status == 101) {
    fail(ErrorKind::kProtocol, "switches protocols unasked");
  } else if (head.status < 200) {
    parser_.beginNext();
  } else {
    beginBody(head);
  }
}

// RFC 9112, section 6.3.
void ResponseReader::beginBody(const Head& head) {
  const std::optional<std::uint64_t>& length = head.framing.length;
  if (no_body_ || head.status == 204 || head.status == 304 || length == std::uint64_t{0}) {
    complete();
  } else if (head.framing.chunked) {
    part_ = Part::kChunks;
    chunks_.begin(max_header_bytes_);
  } else if (!length) {
    part_ = Part::kToEnd;
  } else if (*length > body_.limit()) {
    fail(ErrorKind::kTooLarge, "body of " + std::to_string(*length) +
                                   " bytes is over the limit of " + std::to_string(body_.limit()));
  } else {
    part_ = Part::kLength;
    left_ = *length;
    body_.expect(*length);
  }
}

void ResponseReader::takeLength(std::string_view& bytes) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  takeBody(bytes, size);
  left_ -= size;
  if (left_ == 0) complete();
}

void ResponseReader::takeToEnd(std::string_view& bytes) { takeBody(bytes, bytes.size()); }

void ResponseReader::takeBody(std::string_view& bytes, std::size_t size) {
  if (!body_.append(bytes.substr(0, size))) {
    fail(ErrorKind::kTooLarge,
         "body is over the limit of " + std::to_string(body_.limit()) + " bytes");
    return;
  }
  bytes.remove_prefix(size);
}

void ResponseReader::takeChunks(std::string_view& bytes) {
  switch (chunks_.feed(bytes, body_)) {
    case Progress::kMore:
      break;
    case Progress::kFailed:
      failure_ = std::move(chunks_.failure());
      break;
    case Progress::kDone:
      complete();
      break;
  }
}

// RFC 9112, section 9.3. Transfer-Encoding in HTTP/1.0 is faulty framing: the connection ends
// (section 6.1).
void ResponseReader::complete() {
  const Head& head = parser_.head();
  const Framing& framing = head.framing;
  complete_ = true;
  keep_alive_ =
      head.http11 ? !framing.closes : framing.keeps_alive && !framing.closes && !framing.chunked;
  if (part_ == Part::kToEnd) keep_alive_ = false;
}

void ResponseReader::end(bool orderly) {
  if (isDone()) return;
  if (orderly && part_ == Part::kToEnd) return complete();
  fail(ErrorKind::kTruncated,
       part_ == Part::kHead
           ? "connection ended within the header"
           : "connection ended after " + std::to_string(body_.size()) + " bytes of body");
}

Response ResponseReader::takeResponse() {
  Head& head = parser_.head();
  giveBackSlack(head.fields);
  return {head.status, std::move(head.reason), Headers(std::move(head.fields)), body_.take()};
}

void ResponseReader::fail(ErrorKind kind, std::string message) {
  failure_ = {kind, std::move(message)};
}

}  // namespace forage::net
