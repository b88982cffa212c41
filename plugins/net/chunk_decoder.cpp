#include "net/chunk_decoder.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "net/chunk_line.h"
#include "net/field_line.h"
#include "net/framing.h"

namespace forage::net {

namespace {

constexpr std::size_t kShortChunkLine = 20;  // no extension worth the name fits in it

}  // namespace

void ChunkDecoder::begin(std::size_t limit) noexcept {
  lines_.clear();
  limit_ = std::min(limit, std::numeric_limits<std::size_t>::max() / 4);  // sums stay in range
  extra_ = 0;
  left_ = 0;
  state_ = State::kChunkLine;
  progress_ = Progress::kMore;
  has_trailer_ = false;
  if (failure_) failure_ = {};
}

Progress ChunkDecoder::feed(std::string_view& bytes, BodyBuffer& body) {
  while (!bytes.empty() && progress_ == Progress::kMore) {
    switch (state_) {
      case State::kChunkLine:
        takeChunkLine(bytes, body.size());
        break;
      case State::kData:
        takeData(bytes, body);
        break;
      case State::kDataCr:
      case State::kDataLf:
        takeDataEnd(bytes);
        break;
      case State::kTrailers:
        takeTrailer(bytes, body.size());
        break;
    }
  }
  return progress_;
}

// A few bytes of extension for each byte of body are nobody's attack. One line alone, which is held
// until it is complete, never has more than the limit.
void ChunkDecoder::takeChunkLine(std::string_view& bytes, std::size_t body_size) {
  const std::size_t allowed = kShortChunkLine + std::min(limit_, limit_ + body_size - extra_);
  std::string_view line = nextLine(bytes, allowed, LineEnd::kCr);
  if (line.empty()) return;
  if (line.size() > kShortChunkLine) extra_ += line.size() - kShortChunkLine;
  const bool crlf = line.back() == '\n';
  line.remove_suffix(2);
  const std::optional<std::uint64_t> size = crlf ? parseChunkLine(line) : std::nullopt;
  if (!size) return fail(ErrorKind::kProtocol, "bad body: bad chunk line");
  left_ = *size;
  state_ = left_ == 0 ? State::kTrailers : State::kData;
}

void ChunkDecoder::takeData(std::string_view& bytes, BodyBuffer& body) {
  const std::string_view data =
      bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
  body.expectWithin(bytes.size());  // a page of several chunks often comes in one piece
  if (!body.append(data)) {
    return fail(ErrorKind::kTooLarge,
                "body is over the limit of " + std::to_string(body.limit()) + " bytes");
  }
  bytes.remove_prefix(data.size());
  left_ -= data.size();
  if (left_ == 0) state_ = State::kDataCr;
}

void ChunkDecoder::takeDataEnd(std::string_view& bytes) {
  const bool in_cr = state_ == State::kDataCr;
  if (bytes.front() != (in_cr ? '\r' : '\n')) {
    return fail(ErrorKind::kProtocol, "bad body: a chunk is longer than its size");
  }
  bytes.remove_prefix(1);
  state_ = in_cr ? State::kDataLf : State::kChunkLine;
}

// RFC 9112, section 7.1.2, and RFC 9110, section 6.5.1: trailers may be dropped, and those that
// frame the message may not come at all.
void ChunkDecoder::takeTrailer(std::string_view& bytes, std::size_t body_size) {
  std::string_view line =
      nextLine(bytes, std::min(limit_, limit_ + body_size - extra_), LineEnd::kLf);
  if (line.empty()) return;
  extra_ += line.size();
  const bool crlf = line.ends_with("\r\n");
  line.remove_suffix(crlf ? 2 : 1);
  if (!crlf) return fail(ErrorKind::kProtocol, "bad body: a trailer ends with LF");
  if (line.empty()) {
    progress_ = Progress::kDone;
    return;
  }
  const bool fold = has_trailer_ && isBlank(line.front());
  const std::optional<FieldLine> field = fold ? std::nullopt : parseFieldLine(line);
  if (fold ? !isText(line) : !field) return fail(ErrorKind::kProtocol, "bad body: bad trailer");
  has_trailer_ = true;
  if (fold) return;
  switch (knownField(field->name)) {
    case KnownField::kContentLength:
    case KnownField::kTransferEncoding:
    case KnownField::kConnection:
      return fail(ErrorKind::kProtocol, "bad body: a trailer frames the message");
    case KnownField::kForageEntry:
    case KnownField::kNone:
      return;
  }
}

// The next line, if it ends within `allowed` bytes; empty: it has not ended, or is over them.
std::string_view ChunkDecoder::nextLine(std::string_view& bytes, std::size_t allowed, LineEnd end) {
  std::string_view seen = bytes.substr(0, allowed - lines_.partial().size());
  const std::size_t given = seen.size();
  const std::string_view line = lines_.next(seen, end);
  bytes.remove_prefix(given - seen.size());
  if (line.empty() && !bytes.empty()) {
    fail(ErrorKind::kTooLarge, "chunk extensions and trailers are over the limit of " +
                                   std::to_string(limit_) + " bytes");
  }
  return line;
}

void ChunkDecoder::fail(ErrorKind kind, std::string message) {
  failure_ = {kind, std::move(message)};
  progress_ = Progress::kFailed;
}

}  // namespace forage::net
