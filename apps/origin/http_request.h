// One HTTP/1.1 request, and the reader that finds it in a stream of bytes (framing by http_parser).
// Bodies are read over and counted. Not thread-safe.
#pragma once

#include <http_parser.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forage::origin {

struct HttpRequest {
  std::string_view method;  ///< of static storage
  std::string target;       ///< as sent
  std::vector<std::pair<std::string, std::string>> fields;
  std::uint64_t body_bytes = 0;
  bool keep_alive = false;
  bool http10 = false;

  [[nodiscard]] std::string_view path() const noexcept;
  [[nodiscard]] std::string_view query() const noexcept;
  /// Percent-decoded value of `name` in the query.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
  /// Value of the first field called `name` (case-insensitive).
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const noexcept;
};

class RequestReader final {
 public:
  enum class Outcome { kMore, kRequest, kMalformed, kHeadTooLarge, kBodyTooLarge };
  static constexpr std::size_t kMaxHead = 64u << 10;

  explicit RequestReader(std::size_t max_body);
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Reads `bytes` up to the end of one request; `used` is how many it took. After kRequest the
  /// next call begins another one; after a failure the stream is lost.
  [[nodiscard]] Outcome read(std::string_view bytes, std::size_t& used);
  /// The request that was read, or as much of it as came before the failure.
  [[nodiscard]] const HttpRequest& request() const noexcept { return request_; }
  /// True, once, when the client waits for "100 Continue" before it sends the body.
  [[nodiscard]] bool takeExpectation() noexcept { return std::exchange(expectation_, false); }

 private:
  static int onBegin(http_parser* parser);
  static int onUrl(http_parser* parser, const char* at, std::size_t size);
  static int onField(http_parser* parser, const char* at, std::size_t size);
  static int onValue(http_parser* parser, const char* at, std::size_t size);
  static int onHeadersComplete(http_parser* parser);
  static int onBody(http_parser* parser, const char* at, std::size_t size);
  static int onComplete(http_parser* parser);
  static const http_parser_settings& settings();
  int countHead(std::size_t size);
  int takeHead(std::string& to, const char* at, std::size_t size);
  int refuse(Outcome why);

  http_parser parser_;
  HttpRequest request_;
  std::size_t max_body_;
  std::size_t head_bytes_ = 0;
  Outcome failure_ = Outcome::kMalformed;
  bool in_value_ = false;
  bool in_body_ = false;
  bool complete_ = false;
  bool expectation_ = false;
};

/// ASCII case-insensitive equality.
[[nodiscard]] bool sameWord(std::string_view a, std::string_view b) noexcept;

/// Decodes %xx; leaves what is no encoding as it is.
[[nodiscard]] std::string percentDecoded(std::string_view text);

}  // namespace forage::origin
