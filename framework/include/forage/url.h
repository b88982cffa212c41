// A URL in canonical form: what is requested, and what cache keys are made of. Canonical means
// scheme and host in lower case (IDNs as A-labels), no default port, no fragment, dot segments
// removed, a path that is never empty; all else is byte for byte the user's (RFC 3986,
// section 6.2.2 and 6.2.3 without changing percent-encodings). A value; thread-safe to read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "forage/error.h"
#include "forage/export.h"

namespace forage {

class FORAGE_API Url {
 public:
  Url() = default;

  /// Reads an absolute http or https URL. A URL that is canonical already is recognised in one
  /// pass, without a parser. Bytes that may not stand in a URL but that browsers accept (spaces,
  /// non-ASCII, quotes) are percent-encoded, and so is a '%' that encodes nothing; '[' and ']' stay
  /// in a query, as every browser sends them. Refused: control characters, more than 64 KiB, ports
  /// 0 and above 65535, and hosts that readers could take for different ones (a backslash or two
  /// '@' before the path, numeric hosts such as 0x7f.1 that are no four decimal numbers).
  /// On failure returns nothing and, if asked, says why in `why` (one line, without the URL).
  [[nodiscard]] static std::optional<Url> parse(std::string_view text, std::string* why = nullptr);

  /// As parse(), into this URL, whose memory is used again. On failure it becomes empty.
  [[nodiscard]] bool assign(std::string_view text, std::string* why = nullptr);

  /// Resolves a reference, such as a Location field, against this URL (RFC 3986, section 5).
  /// User information is kept where the reference names no authority of its own.
  [[nodiscard]] std::optional<Url> resolve(std::string_view reference,
                                           std::string* why = nullptr) const;

  /// The whole canonical URL, without user information.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool isHttps() const noexcept { return https_; }
  [[nodiscard]] std::string_view scheme() const noexcept { return https_ ? "https" : "http"; }
  /// Host without port; an IPv6 address without its brackets.
  [[nodiscard]] std::string_view host() const noexcept;
  /// Host as it stands in the URL, with port unless it is the default: the Host field.
  [[nodiscard]] std::string_view authority() const noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Path and query: the request target in origin form.
  [[nodiscard]] std::string_view target() const noexcept;
  /// Scheme and authority: what shares connections and a host budget.
  [[nodiscard]] std::string_view origin() const noexcept;
  /// "user:password" of the URL as the user gave it (still percent-encoded), or "". It is a secret,
  /// and no part of text().
  [[nodiscard]] const std::string& userInfo() const noexcept { return user_info_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  friend bool operator==(const Url& a, const Url& b) noexcept { return a.text_ == b.text_; }

 private:
  std::string text_;
  std::string user_info_;
  std::uint32_t authority_begin_ = 0;
  std::uint32_t host_end_ = 0;       // end of the host, before the port
  std::uint32_t authority_end_ = 0;  // where the target begins
  std::uint16_t port_ = 0;
  bool https_ = false;
};

}  // namespace forage
