#include "warc/warc_reader.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "forage/cache_key.h"
#include "forage/error.h"
#include "forage/url.h"
#include "warc/digest.h"
#include "warc/entry_fields.h"
#include "warc/http_message.h"
#include "warc/past_responses.h"
#include "warc/record_header.h"
#include "warc/warc_date.h"
#include "warc/warc_input.h"

namespace forage::warc {

namespace {

constexpr std::size_t kMaxHead = 1u << 20;          // of the HTTP message, beside its body
constexpr std::size_t kFirstAllocation = 1u << 20;  // a claim of length alone gets no more

bool startsWithIgnoringCase(std::string_view text, std::string_view start) noexcept {
  return equalsIgnoreCase(text.substr(0, start.size()), start);
}

/// A Content-Length that does not fit the body is not of it.
void fitLength(Headers& headers, std::size_t size) {
  const auto length = headers.find("Content-Length");
  if (length && *length != std::to_string(size)) headers.remove("Content-Length");
}

std::unique_ptr<std::istream> open(const std::filesystem::path& file) {
  errno = 0;
  auto in = std::make_unique<std::ifstream>(file, std::ios::binary);
  if (*in) return in;
  throw Error(file.string() + ": cannot be read: " + std::generic_category().message(errno));
}

}  // namespace

class WarcReader::State {
 public:
  State(std::unique_ptr<std::istream> own, std::istream& in, std::string name,
        ReadOptions&& options)
      : own_(std::move(own)),
        options_(std::move(options)),
        input_(in, std::move(name)),
        past_(options_.max_remembered) {}

  EntryPtr next();
  [[nodiscard]] const ReadCounts& counts() const noexcept { return counts_; }

 private:
  enum class Kind { kResponse, kHead, kRevisit, kOther };

  struct Name {
    Key key;
    EntryFields fields;
  };

  bool findRecord();
  EntryPtr readRecord();
  bool takeBlock(bool is_wanted);
  bool takeEnd();
  EntryPtr passed() noexcept;
  EntryPtr lost(std::string_view what);
  EntryPtr damaged(std::string_view what);
  EntryPtr skipped(std::uint64_t& count, std::string_view what);
  [[nodiscard]] Kind kind() const noexcept;
  EntryPtr entryOf();
  EntryPtr responseOf(Name&& name);
  EntryPtr revisitOf(Name&& name);
  std::optional<Name> nameOf(const char*& problem) const;
  [[nodiscard]] bool isPage(int status) const noexcept;
  std::string_view uri() const noexcept { return header_.field("WARC-Target-URI"); }

  const std::unique_ptr<std::istream> own_;
  const ReadOptions options_;
  WarcInput input_;
  PastResponses past_;
  ReadCounts counts_;
  RecordHeader header_;
  std::string block_;
  std::uint64_t at_ = 0;    // where the record begins
  bool is_alone_ = false;   // in its gzip member, as far as is known
  bool has_begun_ = false;  // some record has
};

EntryPtr WarcReader::State::next() {
  while (findRecord()) {
    if (EntryPtr entry = readRecord()) return entry;
  }
  if (!has_begun_) input_.fail(0, "no WARC record begins here");
  return nullptr;
}

/// Moves to where the next record begins; false: there is none.
bool WarcReader::State::findRecord() {
  while (true) {
    const std::string_view bytes = input_.peek();
    if (bytes.empty()) {
      if (!input_.nextMember()) return false;
    } else if (bytes.front() == '\r' || bytes.front() == '\n') {
      input_.take(1);
    } else {
      break;
    }
  }
  at_ = input_.offset();
  // The first member may hold the whole file: then nothing is to be found after it.
  is_alone_ = input_.isGzip() && input_.taken() == 0 && input_.member() > 0;
  has_begun_ = true;
  return true;
}

EntryPtr WarcReader::State::readRecord() {
  if (const char* wrong = header_.read(input_)) return lost(wrong);
  const bool is_small = header_.length() <= options_.max_body + kMaxHead;
  const bool is_wanted = kind() != Kind::kOther;
  if (!takeBlock(is_wanted && is_small)) return lost("the record is cut off");
  if (!takeEnd()) return lost("no empty line ends the record");
  (void)input_.peek();  // where a gzip member ends here, its checksum has been seen now
  if (!is_wanted) return passed();
  if (!is_small) return skipped(counts_.too_large, "the record is over the limit of a body");
  return entryOf();
}

/// Takes the block of the record off the input, into block_ if it is wanted.
bool WarcReader::State::takeBlock(bool is_wanted) {
  block_.clear();
  std::uint64_t left = header_.length();
  if (is_wanted) {
    block_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(left, kFirstAllocation)));
  }
  while (left > 0) {
    std::string_view bytes = input_.peek();
    if (bytes.empty()) return false;
    if (bytes.size() > left) bytes = bytes.substr(0, static_cast<std::size_t>(left));
    if (is_wanted) block_.append(bytes);
    left -= bytes.size();
    input_.take(bytes.size());
  }
  return true;
}

bool WarcReader::State::takeEnd() {
  for (const char expected : std::string_view("\r\n\r\n")) {
    if (!input_.peek().starts_with(expected)) return false;
    input_.take(1);
  }
  return true;
}

EntryPtr WarcReader::State::passed() noexcept {
  ++counts_.passed;
  return nullptr;
}

/// Nobody knows where the next record begins, unless it does so in the next gzip member.
EntryPtr WarcReader::State::lost(std::string_view what) {
  if (!is_alone_) input_.fail(at_, what);
  input_.skipMember();
  return damaged(what);
}

EntryPtr WarcReader::State::damaged(std::string_view what) {
  return skipped(counts_.damaged, what);
}

EntryPtr WarcReader::State::skipped(std::uint64_t& count, std::string_view what) {
  ++count;
  if (counts_.first_problem.empty()) {
    counts_.first_problem = "byte " + std::to_string(at_) + ": " + std::string(what);
  }
  return nullptr;
}

WarcReader::State::Kind WarcReader::State::kind() const noexcept {
  const std::string_view type = header_.field("WARC-Type");
  if (type == "revisit") return Kind::kRevisit;
  const bool is_head = type == kHeadType && header_.has(kKeyField);
  if (type != "response" && !is_head) return Kind::kOther;
  const bool is_http = !header_.has("Content-Type") ||
                       startsWithIgnoringCase(header_.field("Content-Type"), "application/http");
  if (!is_http) return Kind::kOther;
  return is_head ? Kind::kHead : Kind::kResponse;
}

EntryPtr WarcReader::State::entryOf() {
  if (hasDigest(block_, header_.field("WARC-Block-Digest")) == false) {
    return damaged("the block digest differs");
  }
  if (header_.has("WARC-Truncated")) return damaged("the record says that it is truncated");
  const char* problem = nullptr;
  std::optional<Name> name = nameOf(problem);
  if (problem != nullptr) return damaged(problem);
  if (!name) return passed();
  EntryPtr entry =
      kind() == Kind::kRevisit ? revisitOf(std::move(*name)) : responseOf(std::move(*name));
  if (entry != nullptr) ++counts_.responses;
  return entry;
}

/// Key and times of the record; nothing where it is of no URL that can be fetched.
std::optional<WarcReader::State::Name> WarcReader::State::nameOf(const char*& problem) const {
  Name name;
  if (header_.has(kKeyField)) {
    std::optional<Key> key = decodeKey(header_.field(kKeyField));
    if (!key) problem = "a Forage-Key that is none";
    if (key) name.key = std::move(*key);
  } else {
    const std::optional<Url> url = Url::parse(uri());
    if (!url) return std::nullopt;
    makeCacheKey(options_.key_prefix, url->text(), name.key);
  }
  if (header_.has(kEntryField)) {
    std::optional<EntryFields> fields = decodeEntryFields(header_.field(kEntryField));
    if (!fields) problem = "a Forage-Entry that is none";
    if (fields) name.fields = std::move(*fields);
  } else {
    const std::optional<WallTime> date = parseDate(header_.field("WARC-Date"));
    if (!date) problem = "no valid WARC-Date";
    if (date) name.fields.requested = name.fields.received = *date;
  }
  return name;
}

/// Answers to conditional requests and to those for parts are none. Ours were kept on purpose.
bool WarcReader::State::isPage(int status) const noexcept {
  return (status != 206 && status != 304) || header_.has(kKeyField);
}

EntryPtr WarcReader::State::responseOf(Name&& name) {
  const bool is_head = kind() == Kind::kHead;
  HttpMessage message = is_head ? readHttpHead(block_) : readHttpMessage(block_);
  if (is_head && (!isHeadKey(name.key) || !message.payload.empty())) {
    return damaged("a head that is none");
  }
  if (message.problem != nullptr) return damaged(message.problem);
  if (!isPage(message.response.status)) return passed();
  // Of what the digest is, with its transfer coding or without, writers do not agree.
  const std::string_view digest = header_.field("WARC-Payload-Digest");
  if (hasDigest(message.payload, digest) == false &&
      hasDigest(message.response.body, digest) == false) {
    return damaged("the payload digest differs");
  }
  auto entry =
      std::make_shared<const Entry>(name.key, std::move(message.response), name.fields.requested,
                                    name.fields.received, name.fields.expires, name.fields.variant);
  if (!is_head) past_.add(uri(), header_.field("WARC-Date"), digest, entry);
  return entry;
}

/// The head is the revisit's own where the payload is the same, and the earlier one's where the
/// server said 304, whatever the profile: a 304 has no payload that could be the same.
EntryPtr WarcReader::State::revisitOf(Name&& name) {
  const EntryPtr earlier =
      past_.find(header_.field("WARC-Refers-To-Target-URI"), header_.field("WARC-Refers-To-Date"),
                 header_.field("WARC-Payload-Digest"));
  if (earlier == nullptr) {
    return skipped(counts_.unresolved, "a revisit of what the file does not hold before it");
  }
  const bool is_same = header_.field("WARC-Profile").ends_with("identical-payload-digest");
  HttpMessage message = readHttpHead(block_);
  Response& head = message.response;
  if (message.problem != nullptr || !is_same || head.status == 304) {
    head.status = earlier->status();
    head.reason = earlier->reason();
    head.headers = Headers(std::string(earlier->headers().block()));
  }
  if (!isPage(head.status)) return passed();
  fitLength(head.headers, earlier->body().size());
  ++counts_.revisits;
  return std::make_shared<const Entry>(name.key, std::move(head), earlier, name.fields.requested,
                                       name.fields.received, name.fields.expires,
                                       name.fields.variant);
}

WarcReader::WarcReader(const std::filesystem::path& file, ReadOptions options) {
  std::unique_ptr<std::istream> in = open(file);
  std::istream& opened = *in;
  state_ = std::make_unique<State>(std::move(in), opened, file.string(), std::move(options));
}

WarcReader::WarcReader(std::istream& in, std::string name, ReadOptions options)
    : state_(std::make_unique<State>(nullptr, in, std::move(name), std::move(options))) {}

WarcReader::~WarcReader() = default;

EntryPtr WarcReader::next() { return state_->next(); }

const ReadCounts& WarcReader::counts() const noexcept { return state_->counts(); }

}  // namespace forage::warc
