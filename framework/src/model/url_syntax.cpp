#include "model/url_syntax.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "model/url_host.h"

namespace forage::url {
namespace {

// What a byte may be part of. The percent sign has no class: what follows it decides.
enum Class : std::uint8_t {
  kHost = 1,
  kPath = 2,
  kQuery = 4,
  kHex = 8,
  kUser = 16,
  kScheme = 32,
  kDigit = 64,
  kSlash = 128,
};

constexpr std::array<std::uint8_t, 256> makeClasses() {
  std::array<std::uint8_t, 256> classes{};
  const auto mark = [&classes](std::string_view bytes, unsigned bits) {
    for (const char c : bytes) {
      auto& of = classes[static_cast<unsigned char>(c)];
      of = static_cast<std::uint8_t>(of | bits);
    }
  };
  mark("abcdefghijklmnopqrstuvwxyz", kHost);
  mark("0123456789", kHost | kHex | kScheme | kDigit | kPath | kQuery | kUser);
  mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", kScheme | kPath | kQuery | kUser);
  mark("abcdefABCDEF", kHex);
  mark("-._", kHost);
  mark("+-.", kScheme);
  mark("-._~!$&'()*+,;=:", kPath | kQuery | kUser);
  mark("@", kPath | kQuery);
  mark("/?[]", kQuery);
  mark("/", kSlash);
  return classes;
}

constexpr std::array<std::uint8_t, 256> kClasses = makeClasses();

bool is(char c, unsigned bits) noexcept {
  return (kClasses[static_cast<unsigned char>(c)] & bits) != 0;
}

bool isEncoding(std::string_view text, std::size_t at) noexcept {
  return text.size() - at > 2 && is(text[at + 1], kHex) && is(text[at + 2], kHex);
}

/// True if the segment after the slash at `at` is "." or "..".
bool isDotSegment(std::string_view text, std::size_t at) noexcept {
  if (at + 1 >= text.size() || text[at + 1] != '.') return false;
  std::size_t end = at + 2;
  if (end < text.size() && text[end] == '.') ++end;
  return end == text.size() || text[end] == '/' || text[end] == '?';
}

std::uint16_t defaultPort(bool https) noexcept { return https ? 443 : 80; }

/// Reads digits; 0 if they are no port.
std::uint16_t portOf(std::string_view digits) noexcept {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() && end == digits.data() + digits.size() ? port : 0;
}

std::string encoded(std::string_view part, unsigned allowed) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(part.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    const auto byte = static_cast<unsigned char>(part[i]);
    if (is(part[i], allowed)) {
      out += part[i];
    } else if (byte == '%' && isEncoding(part, i)) {
      out += part.substr(i, 3);
      i += 2;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

/// An authority, taken apart. Not by Boost.URL: its 1.81 refuses host names that begin like an IPv4
/// address, such as "1.2.3.4.example.com".
struct Authority {
  std::string_view user_info;
  std::string_view host;
  std::string_view port;
};

/// Returns what is wrong, or "".
std::string_view takeApart(std::string_view text, Authority& parts) noexcept {
  // Browsers take a backslash for a slash, RFC 3986 for part of the user information: which host is
  // meant depends on the reader. So it does with two '@'.
  if (text.find('\\') != std::string_view::npos) return "a backslash before its path";
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    if (text.rfind('@') != at) {
      return "more than one @ before its path (write %40 in a name or password)";
    }
    parts.user_info = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return "a bracket without its end";
  const std::size_t colon = std::min(text.find(':', bracket), text.size());
  parts.host = text.substr(0, colon);
  parts.port = text.substr(std::min(colon + 1, text.size()));
  return {};
}

/// Appends host and port to `result`, and fills its user information and layout.
bool appendAuthority(std::string_view authority, Canonical& result, std::string& why) {
  Authority parts;
  if (const std::string_view fault = takeApart(authority, parts); !fault.empty()) {
    why = fault;
    return false;
  }
  const bool literal = parts.host.starts_with('[');
  const std::optional<std::string> host =
      canonicalHost(literal ? std::string(parts.host) : encoded(parts.host, kHost), why);
  if (!host) return false;
  result.text += *host;
  result.user_info = encoded(parts.user_info, kUser);
  Layout& layout = result.layout;
  layout.host_end = static_cast<std::uint32_t>(result.text.size());
  layout.port = parts.port.empty() ? defaultPort(layout.https) : portOf(parts.port);
  if (layout.port == 0) {
    why = "a port that is not between 1 and 65535";
    return false;
  }
  if (layout.port != defaultPort(layout.https)) result.text += ':' + std::to_string(layout.port);
  layout.authority_end = static_cast<std::uint32_t>(result.text.size());
  return true;
}

bool beginsWithScheme(std::string_view text, std::string_view scheme) noexcept {
  return text.size() >= scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), text.begin(), [](char lower, char c) {
           return lower == (c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
         });
}

void appendTarget(std::string_view target, std::string& text) {
  const std::size_t query = std::min(target.find('?'), target.size());
  const std::string path = encodedPath(target.substr(0, query));
  text += path.empty() ? "/" : withoutDotSegments(path);
  if (query < target.size()) text += '?' + encodedQuery(target.substr(query + 1));
}

}  // namespace

bool isCanonicalTarget(std::string_view text, std::size_t at) noexcept {
  const std::size_t size = text.size();
  if (at >= size || text[at] != '/') return false;
  std::size_t i = at;
  for (; i < size && text[i] != '?'; ++i) {
    if (is(text[i], kPath)) continue;
    if (text[i] == '/') {
      if (isDotSegment(text, i)) return false;
    } else if (text[i] == '%') {
      if (!isEncoding(text, i)) return false;
      i += 2;
    } else {
      return false;
    }
  }
  for (; i < size; ++i) {
    if (is(text[i], kQuery)) continue;
    if (text[i] != '%' || !isEncoding(text, i)) return false;
    i += 2;
  }
  return true;
}

std::optional<Layout> recognise(std::string_view text) noexcept {
  Layout layout;
  if (text.size() > kMaxBytes) return std::nullopt;
  layout.https = text.starts_with("https://");
  if (!layout.https && !text.starts_with("http://")) return std::nullopt;
  layout.authority_begin = layout.https ? 8 : 7;
  std::size_t i = layout.authority_begin;
  while (i < text.size() && is(text[i], kHost)) ++i;
  if (!isCanonicalName(text.substr(layout.authority_begin, i - layout.authority_begin))) {
    return std::nullopt;
  }
  layout.host_end = static_cast<std::uint32_t>(i);
  layout.port = defaultPort(layout.https);
  if (i < text.size() && text[i] == ':') {
    const std::size_t begin = ++i;
    while (i < text.size() && is(text[i], kDigit)) ++i;
    layout.port = portOf(text.substr(begin, i - begin));
    if (layout.port == 0 || layout.port == defaultPort(layout.https) || text[begin] == '0') {
      return std::nullopt;
    }
  }
  layout.authority_end = static_cast<std::uint32_t>(i);
  if (!isCanonicalTarget(text, i)) return std::nullopt;
  return layout;
}

std::optional<Canonical> canonicalise(std::string_view given, std::string& why) {
  const std::optional<std::string_view> text = trimmed(given, why);
  if (!text) return std::nullopt;
  Canonical result;
  if (beginsWithScheme(*text, "http://")) {
    result.text = "http://";
  } else if (beginsWithScheme(*text, "https://")) {
    result.text = "https://";
    result.layout.https = true;
  } else {
    why = "neither http:// nor https:// at its beginning";
    return std::nullopt;
  }
  const std::string_view rest = text->substr(result.text.size());
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  result.layout.authority_begin = static_cast<std::uint32_t>(result.text.size());
  if (!appendAuthority(rest.substr(0, end), result, why)) return std::nullopt;
  appendTarget(rest.substr(end), result.text);
  if (result.text.size() > kMaxBytes) {
    why = "longer than 65536 bytes once encoded";
    return std::nullopt;
  }
  return result;
}

std::optional<std::string_view> trimmed(std::string_view text, std::string& why) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const std::size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  text.remove_prefix(begin);
  text = text.substr(0, text.find_last_not_of(kSpace) + 1);
  if (text.size() > kMaxBytes) {
    why = "longer than 65536 bytes";
    return std::nullopt;
  }
  const auto* const control = std::find_if(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (control != text.end()) {
    why = "a control character at byte " + std::to_string(begin + 1 + (control - text.begin()));
    return std::nullopt;
  }
  return text.substr(0, text.find('#'));
}

std::string_view schemeOf(std::string_view reference) noexcept {
  std::size_t end = 0;
  while (end < reference.size() && is(reference[end], kScheme)) ++end;
  if (end == 0 || end == reference.size() || reference[end] != ':') return {};
  if (const char first = static_cast<char>(reference[0] | 0x20); first < 'a' || first > 'z')
    return {};
  return reference.substr(0, end);
}

std::string encodedPath(std::string_view path) { return encoded(path, kPath | kSlash); }

std::string encodedQuery(std::string_view query) { return encoded(query, kQuery); }

std::string withoutDotSegments(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    const bool last = end == path.size();
    if (segment == "..") out.resize(std::min(out.rfind('/'), out.size()));
    if (segment == "." || segment == "..") {
      if (last) out += '/';
    } else {
      out += '/';
      out += segment;
    }
    begin = end + 1;
  }
  return out;
}

}  // namespace forage::url
