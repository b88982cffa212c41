#include "report/jsonl_sink.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "forage/error.h"
#include "forage/json_text.h"
#include "model/charset.h"
#include "report/output_stream.h"

namespace forage {

namespace {

constexpr std::array kOptions{
    OptionInfo{"file", "text", "", "where the lines go; \"-\" is standard output", true},
    OptionInfo{"overwrite", "flag", "false", "start the file anew instead of appending to it"},
    OptionInfo{"content", "flag", "true", "write each body too, not only what became of its URL"},
    OptionInfo{"utf8", "flag", "false", "write bodies of other character sets as UTF-8"},
};

// A multiple of 3, so that pieces of Base64 join without padding.
constexpr std::size_t kPiece = 48u << 10;

class JsonLinesSink final : public Sink {
 public:
  struct Wanted {
    bool content = true;
    bool utf8 = false;
  };

  JsonLinesSink(std::string file, OutputStream::Mode mode, Wanted wanted)
      : out_(std::move(file), mode), wanted_(wanted) {}

  void accept(const Visit& visit) override;
  void flush() override { out_.flush(); }
  void close() override { out_.close(); }

 private:
  void name(std::string_view key);
  void text(std::string_view key, std::string_view value);
  void number(std::string_view key, std::uint64_t value);
  void milliseconds(std::string_view key, std::chrono::microseconds value);
  void failure(const Failure& failure);
  void response(const Visit& visit);
  void content(std::string_view body);

  OutputStream out_;
  const Wanted wanted_;
};

void JsonLinesSink::accept(const Visit& visit) {
  out_.buffer() += '{';
  text("url", visit.url);
  if (!visit.final_url.empty()) text("final_url", visit.final_url);
  text("group", visit.group);
  text("outcome", toString(visit.outcome));
  number("status", static_cast<std::uint64_t>(std::max(visit.status(), 0)));
  if (visit.failure) failure(visit.failure);
  number("redirects", visit.redirects);
  number("requests", visit.requests);
  name("stored");
  out_.buffer() += visit.stored ? "true" : "false";
  milliseconds("elapsed_ms", visit.elapsed);
  if (visit.response) text("cache_status", visit.cache_status.toString());
  if (visit.response) response(visit);
  out_.buffer() += "}\n";
  out_.flushIfFull();
}

void JsonLinesSink::response(const Visit& visit) {
  const auto type = visit.response->headers().find("Content-Type");
  if (type) text("content_type", *type);
  const std::string_view body = visit.content();
  const std::string charset = charsetOf(type.value_or(""), body);
  if (!charset.empty()) text("charset", charset);
  number("length", body.size());
  if (!wanted_.content) return;
  std::optional<std::string> converted;
  if (wanted_.utf8 && !charset.empty()) converted = toUtf8(body, charset);
  content(converted ? std::string_view(*converted) : body);
}

void JsonLinesSink::name(std::string_view key) {
  std::string& out = out_.buffer();
  if (out.back() != '{') out += ',';
  out += '"';
  out += key;
  out += "\":";
}

void JsonLinesSink::text(std::string_view key, std::string_view value) {
  name(key);
  appendJsonString(out_.buffer(), value);
}

void JsonLinesSink::number(std::string_view key, std::uint64_t value) {
  name(key);
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  out_.buffer().append(digits.data(), end);
}

void JsonLinesSink::milliseconds(std::string_view key, std::chrono::microseconds value) {
  const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
  number(key, micros / 1000);
  const auto rest = static_cast<unsigned>(micros % 1000);
  const std::array fraction{'.', static_cast<char>('0' + rest / 100),
                            static_cast<char>('0' + rest / 10 % 10),
                            static_cast<char>('0' + rest % 10)};
  out_.buffer().append(fraction.data(), fraction.size());
}

void JsonLinesSink::failure(const Failure& failure) {
  name("error");
  out_.buffer() += '{';
  text("kind", toString(failure.kind));
  text("message", failure.message);
  out_.buffer() += '}';
}

// Piece by piece, so that the buffer stays small however large the body is.
void JsonLinesSink::content(std::string_view body) {
  const bool is_text = isUtf8(body);
  name(is_text ? "content" : "content_b64");
  out_.buffer() += '"';
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, kPiece);
    if (is_text) {
      appendEscaped(out_.buffer(), piece);
    } else {
      appendBase64(out_.buffer(), piece);
    }
    out_.flushIfFull();
    body.remove_prefix(piece.size());
  }
  out_.buffer() += '"';
}

constexpr PluginInfo describe() {
  PluginInfo info;
  info.name = "jsonl";
  info.version = kVersion;
  info.summary = "Writes one JSON object per visit and line";
  info.options = kOptions;
  info.make_sink = [](const Settings& settings, const PluginContext&) {
    return makeJsonLinesSink(settings);
  };
  return info;
}

constexpr PluginInfo kInfo = describe();

}  // namespace

std::span<const OptionInfo> jsonLinesOptions() noexcept { return kOptions; }

const PluginInfo& jsonLinesPlugin() noexcept { return kInfo; }

std::unique_ptr<Sink> makeJsonLinesSink(const Settings& settings) {
  const std::string file = settings.text("file", "");
  if (file.empty()) settings.fail("file", "is required: where to write, \"-\" for standard output");
  const auto mode = settings.flag("overwrite", false) ? OutputStream::Mode::kOverwrite
                                                      : OutputStream::Mode::kAppend;
  try {
    return std::make_unique<JsonLinesSink>(
        file, mode,
        JsonLinesSink::Wanted{settings.flag("content", true), settings.flag("utf8", false)});
  } catch (const SinkError& error) {
    settings.fail("file", error.message());  // nothing has begun: a configuration error
  }
}

}  // namespace forage
