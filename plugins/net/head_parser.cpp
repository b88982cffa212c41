#include "net/head_parser.h"

#include <utility>

#include "net/field_line.h"
#include "net/text_scan.h"

namespace forage::net {

namespace {

constexpr std::string_view kHttp = "HTTP/1.";
constexpr std::size_t kStatusAt = 9;
constexpr std::size_t kShortStatusLine = 12;  // "HTTP/1.1 200"
constexpr std::size_t kRoomForKey = 96;

/// False once `bytes` cannot be the beginning of an HTTP/1 response.
bool mayBeHttp(std::string_view bytes) noexcept {
  return bytes.size() < kHttp.size() ? kHttp.starts_with(bytes)
                                     : bytes.substr(0, kHttp.size()) == kHttp;
}

/// Three digits, 100 or more; else 0.
int parseStatus(std::string_view digits) noexcept {
  int status = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return 0;
    status = status * 10 + (c - '0');
  }
  return status >= 100 ? status : 0;
}

}  // namespace

void HeadParser::begin(std::size_t limit) noexcept {
  limit_ = room_ = limit;
  if (failure_) failure_ = {};
  beginNext();
}

void HeadParser::beginNext() noexcept {
  head_.status = 0;
  head_.http11 = false;
  head_.framing = {};
  head_.reason.clear();
  head_.fields.clear();
  lines_.clear();
  open_field_ = KnownField::kNone;
  in_fields_ = false;
  progress_ = Progress::kMore;
}

Progress HeadParser::feed(std::string_view& bytes) {
  std::string_view allowed = bytes.substr(0, room_);
  const std::size_t given = allowed.size();
  while (!allowed.empty() && progress_ == Progress::kMore) takeSome(allowed);
  const std::size_t taken = given - allowed.size();
  room_ -= taken;
  bytes.remove_prefix(taken);
  if (progress_ == Progress::kMore && !bytes.empty()) {
    fail(ErrorKind::kTooLarge, "header is over the limit of " + std::to_string(limit_) + " bytes");
  }
  return progress_;
}

// Takes a run of plain fields, or one line, or the beginning of one.
void HeadParser::takeSome(std::string_view& bytes) {
  if (lines_.partial().empty()) {
    if (open_field_ != KnownField::kNone && !isBlank(bytes.front())) settleOpenField();
    if (in_fields_ && progress_ == Progress::kMore) takePlainFields(bytes);
    if (bytes.empty() || progress_ != Progress::kMore) return;
  }
  const std::string_view line = lines_.next(bytes, LineEnd::kLf);
  if (!in_fields_ && !mayBeHttp(line.empty() ? lines_.partial() : line)) {
    fail(ErrorKind::kProtocol, "answer is not HTTP/1");
  } else if (!line.empty()) {
    takeLine(line);
  }
}

// Fields that came in the form in which they are kept are copied in one piece. Left for takeLine():
// a folded field that frames the message, ours, and what has another form.
void HeadParser::takePlainFields(std::string_view& bytes) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* p = begin;
  while (end - p >= kFieldLineMargin) {
    const PlainFieldLine line = scanPlainFieldLine(p, end - kFieldLineMargin);
    if (line.begin == nullptr) break;
    if (const KnownField known = knownField(line.name()); known != KnownField::kNone) {
      if (known == KnownField::kForageEntry || isBlank(*line.end())) break;
      takeFraming(known, line.value());
      if (progress_ != Progress::kMore) return;
    }
    p = line.end();
  }
  const auto size = static_cast<std::size_t>(p - begin);
  // With room for the reason and a key: an entry keeps them in one piece.
  if (head_.fields.empty()) head_.fields.reserve(size + head_.reason.size() + kRoomForKey);
  head_.fields.append(begin, size);
  if (end - p >= 2 && p[0] == '\r' && p[1] == '\n') {
    progress_ = Progress::kDone;
    p += 2;
  }
  bytes.remove_prefix(static_cast<std::size_t>(p - begin));
}

// A bare LF may end a line (RFC 9112, section 2.2); a bare CR is no text and refused with it.
void HeadParser::takeLine(std::string_view line) {
  line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (!in_fields_) {
    takeStatusLine(line);
  } else if (line.empty()) {
    progress_ = Progress::kDone;
  } else if (isBlank(line.front())) {
    takeFold(line);
  } else {
    takeField(line);
  }
}

// RFC 9112, section 4. Many servers leave out the space after the status, where no reason follows.
void HeadParser::takeStatusLine(std::string_view line) {
  if (line.size() < kShortStatusLine) return refuse("status line is too short");
  const char minor = line[kHttp.size()];
  if ((minor != '0' && minor != '1') || line[kHttp.size() + 1] != ' ') return refuse("bad version");
  head_.http11 = minor == '1';
  head_.status = parseStatus(line.substr(kStatusAt, kShortStatusLine - kStatusAt));
  if (head_.status == 0) return refuse("bad status");
  in_fields_ = true;
  if (line.size() == kShortStatusLine) return;
  if (line[kShortStatusLine] != ' ') return refuse("bad status");
  const std::string_view reason = line.substr(kShortStatusLine + 1);
  if (!isText(reason)) return refuse("bad reason");
  head_.reason.assign(reason);
}

void HeadParser::takeField(std::string_view line) {
  const std::optional<FieldLine> field = parseFieldLine(line);
  if (!field) return refuse("bad field");
  open_field_ = knownField(field->name);
  open_at_ = head_.fields.size();
  head_.fields.append(field->name).append(": ").append(field->value).append("\r\n");
}

// obs-fold becomes one space (RFC 9112, section 5.2). Before the first field it may hide one from
// others (section 2.2), and is refused.
void HeadParser::takeFold(std::string_view line) {
  std::string& fields = head_.fields;
  if (fields.empty()) return refuse("white space before the first field");
  if (!isText(line)) return refuse("bad field");
  line = trimmed(line);
  if (line.empty()) return;
  fields.resize(fields.size() - 2);
  if (fields.back() != ' ') fields += ' ';
  fields.append(line).append("\r\n");
}

// Judges the last field, now that it is known to have ended.
void HeadParser::settleOpenField() {
  const KnownField field = std::exchange(open_field_, KnownField::kNone);
  if (field == KnownField::kForageEntry) {
    head_.fields.resize(open_at_);
    return;
  }
  std::string_view value = std::string_view(head_.fields).substr(open_at_);
  value.remove_prefix(value.find(' ') + 1);
  value.remove_suffix(2);
  takeFraming(field, value);
}

void HeadParser::takeFraming(KnownField field, std::string_view value) {
  if (const char* wrong = head_.framing.take(field, value)) refuse(wrong);
}

void HeadParser::fail(ErrorKind kind, std::string message) {
  failure_ = {kind, std::move(message)};
  progress_ = Progress::kFailed;
}

void HeadParser::refuse(std::string_view reason) {
  fail(ErrorKind::kProtocol, "bad header: " + std::string(reason));
}

}  // namespace forage::net
