#include "warc/warc_writer.h"

#include <array>
#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "forage/cache_key.h"
#include "forage/url.h"
#include "forage/version.h"
#include "net/text_scan.h"
#include "warc/digest.h"
#include "warc/entry_fields.h"
#include "warc/output_file.h"
#include "warc/warc_date.h"

namespace forage::warc {

namespace {

constexpr std::string_view kInfo =
    "software: forage/" FORAGE_VERSION
    "\r\n"
    "format: WARC File Format 1.1\r\n"
    "conformsTo: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
    "\r\n";

/// A record identifier out of 16 bytes, as a UUID of `version` (RFC 9562).
std::string recordId(std::string bytes, unsigned version) {
  bytes.resize(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = "<urn:uuid:";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned char>(bytes[i]));
    text += digits.data();
  }
  return text += '>';
}

std::string randomId() {
  std::random_device random;
  std::string bytes;
  for (int i = 0; i < 16; ++i) bytes += static_cast<char>(random() & 0xff);
  return recordId(std::move(bytes), 4);
}

/// One that is the same whenever the same is written.
std::string idOf(std::string_view what, std::string_view of) {
  return recordId(rawSha1Of({what, of}), 5);
}

/// WARC wants a URI; a key that holds no URL becomes one.
std::string targetOf(std::string_view key) {
  const std::optional<Url> url = Url::parse(urlIn(key));
  return url ? url->text() : "urn:x-forage:" + encodeKey(key);
}

/// The fields of an entry, as HTTP can say them. Framing is made to fit the body, but for the
/// answer to a HEAD: caches keep what the server said of the message that it sent.
void appendFields(std::string& head, const Entry& entry, bool is_head) {
  bool has_length = false;
  for (const HeaderField& field : entry.headers()) {
    if (!net::isToken(field.name) || !net::isText(field.value)) continue;
    if (equalsIgnoreCase(field.name, "Transfer-Encoding")) continue;
    const bool is_length = equalsIgnoreCase(field.name, "Content-Length");
    if (is_length && std::exchange(has_length, true)) continue;
    head.append(field.name).append(": ");
    if (is_length && !is_head) {
      head += std::to_string(entry.body().size());
    } else {
      head.append(field.value);
    }
    head += "\r\n";
  }
}

std::string headOf(const Entry& entry, bool is_head) {
  std::string head = "HTTP/1.1 " + std::to_string(entry.status()) + ' ';
  for (const char c : entry.reason()) head += net::isIn(net::kTextBytes, c) ? c : ' ';
  head += "\r\n";
  appendFields(head, entry, is_head);
  return head += "\r\n";
}

}  // namespace

class WarcWriter::State {
 public:
  State(const std::filesystem::path& file, const Clock& clock) : out_(file) {
    begin("warcinfo", randomId(), formatDate(clock.wallNow()));
    field("WARC-Filename", encodeKey(file.filename().string()));
    end("application/warc-fields", kInfo, {});
  }

  void write(std::string_view key, const Entry& entry, std::string_view request);
  void finish() { out_.commit(); }
  [[nodiscard]] std::uint64_t entries() const noexcept { return entries_; }

 private:
  void begin(std::string_view type, const std::string& id, const std::string& date);
  void field(std::string_view name, std::string_view value);
  void end(std::string_view content_type, std::string_view head, std::string_view body);

  OutputFile out_;
  std::string header_;
  std::uint64_t entries_ = 0;
};

void WarcWriter::State::write(std::string_view key, const Entry& entry, std::string_view request) {
  const bool is_head = isHeadKey(key);
  const std::string head = headOf(entry, is_head);
  const std::string target = targetOf(key);
  const std::string date = formatDate(entry.received());
  const std::string key_text = encodeKey(key);
  const std::string fields = encodeEntryFields(entry);
  const std::string payload = sha1Of({entry.body()});
  const std::string id = idOf("response", key_text + ' ' + fields + ' ' + payload);
  // As a response, the answer to a HEAD would be taken for a page by whoever reads the file.
  begin(is_head ? kHeadType : "response", id, date);
  field("WARC-Target-URI", target);
  field("WARC-Payload-Digest", payload);
  field(kKeyField, key_text);
  field(kEntryField, fields);
  end("application/http;msgtype=response", head, entry.body());
  ++entries_;
  if (request.empty()) return;
  begin("request", idOf("request", id), date);
  field("WARC-Concurrent-To", id);
  field("WARC-Target-URI", target);
  end("application/http;msgtype=request", request, {});
}

void WarcWriter::State::begin(std::string_view type, const std::string& id,
                              const std::string& date) {
  header_ = "WARC/1.1\r\n";
  field("WARC-Type", type);
  field("WARC-Record-ID", id);
  field("WARC-Date", date);
}

void WarcWriter::State::field(std::string_view name, std::string_view value) {
  header_.append(name).append(": ").append(value).append("\r\n");
}

void WarcWriter::State::end(std::string_view content_type, std::string_view head,
                            std::string_view body) {
  field("WARC-Block-Digest", sha1Of({head, body}));
  field("Content-Type", content_type);
  field("Content-Length", std::to_string(head.size() + body.size()));
  header_ += "\r\n";
  for (const std::string_view part : {std::string_view(header_), head, body}) out_.write(part);
  out_.write("\r\n\r\n");
  out_.endRecord();
}

WarcWriter::WarcWriter(const std::filesystem::path& file, const Clock& clock)
    : state_(std::make_unique<State>(file, clock)) {}

WarcWriter::~WarcWriter() = default;

void WarcWriter::write(std::string_view key, const Entry& entry, std::string_view request) {
  state_->write(key, entry, request);
}

void WarcWriter::finish() { state_->finish(); }

std::uint64_t WarcWriter::entries() const noexcept { return state_->entries(); }

}  // namespace forage::warc
