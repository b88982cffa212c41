#include "model/url_host.h"

#include <idn2.h>

#include <algorithm>
#include <boost/url/ipv6_address.hpp>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace forage::url {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxName = 253;
// Decoded U-labels take at most four bytes for each of the 253 characters; more is not worth the
// work of normalising it.
constexpr std::size_t kMaxInternational = 4 * kMaxName;

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

bool isHexDigit(char c) noexcept {
  return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool isNameByte(char c) noexcept {
  return (c >= 'a' && c <= 'z') || isDigit(c) || c == '-' || c == '_';
}

bool isNumber(std::string_view label) noexcept {
  if (label.starts_with("0x")) return std::all_of(label.begin() + 2, label.end(), isHexDigit);
  return !label.empty() && std::all_of(label.begin(), label.end(), isDigit);
}

bool isIpv4(std::string_view host) noexcept {
  int parts = 0;
  for (std::size_t begin = 0; begin <= host.size(); ++parts) {
    const std::size_t end = std::min(host.find('.', begin), host.size());
    const std::string_view part = host.substr(begin, end - begin);
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return false;
    if (!std::all_of(part.begin(), part.end(), isDigit)) return false;
    if (part.size() == 3 && part > "255") return false;
    begin = end + 1;
  }
  return parts == 4;
}

/// "" for a canonical name, else what is wrong with it.
std::string_view nameFault(std::string_view host) noexcept {
  if (host.empty()) return "no host";
  std::string_view name = host;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > kMaxName) return "a host of more than 253 bytes";
  std::string_view label;
  for (std::size_t begin = 0; begin <= name.size();) {
    std::size_t end = begin;
    while (end < name.size() && isNameByte(name[end])) ++end;
    if (end < name.size() && name[end] != '.') return "a character that no host name may have";
    label = name.substr(begin, end - begin);
    if (label.empty()) return "an empty label in its host name";
    if (label.size() > kMaxLabel) return "a host name with a label of more than 63 bytes";
    begin = end + 1;
  }
  if (isDigit(label[0]) && isNumber(label) && !isIpv4(host)) {
    return "a numeric host that is no IPv4 address of four decimal numbers";
  }
  return {};
}

int hexValue(char c) noexcept {
  if (isDigit(c)) return c - '0';
  return (c | 0x20) - 'a' + 10;
}

std::string percentDecoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && isHexDigit(text[i + 1]) &&
        isHexDigit(text[i + 2])) {
      out += static_cast<char>(hexValue(text[i + 1]) * 16 + hexValue(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

void lowerAscii(std::string& text) noexcept {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
}

bool isAscii(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

std::optional<std::string> toAscii(const std::string& host, std::string& why) {
  if (host.size() > kMaxInternational) {
    why = "an international host name that is too long";
    return std::nullopt;
  }
  // The library reads up to the first NUL; what follows would vanish.
  if (host.find('\0') != std::string::npos) {
    why = "a character that no host name may have";
    return std::nullopt;
  }
  char* raw = nullptr;
  const int code = idn2_to_ascii_8z(host.c_str(), &raw, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&std::free)> ascii(raw, &std::free);
  if (code == IDN2_MALLOC) throw std::bad_alloc();
  if (code != IDN2_OK || !ascii) {
    why = std::string("an international host name that cannot be used: ") + idn2_strerror(code);
    return std::nullopt;
  }
  return std::string(ascii.get());
}

std::optional<std::string> canonicalLiteral(std::string_view host, std::string& why) {
  const std::string_view address = host.substr(1, host.size() - 2);
  if (!host.ends_with(']') || !boost::urls::parse_ipv6_address({address.data(), address.size()})) {
    why = "no IPv6 address in its brackets";
    return std::nullopt;
  }
  std::string literal(host);
  lowerAscii(literal);
  return literal;
}

}  // namespace

bool isCanonicalName(std::string_view host) noexcept { return nameFault(host).empty(); }

std::optional<std::string> canonicalHost(std::string_view host, std::string& why) {
  if (host.starts_with('[')) return canonicalLiteral(host, why);
  std::optional<std::string> name = percentDecoded(host);
  if (!isAscii(*name)) name = toAscii(*name, why);
  if (!name) return std::nullopt;
  lowerAscii(*name);
  if (const std::string_view fault = nameFault(*name); !fault.empty()) {
    why = fault;
    return std::nullopt;
  }
  return name;
}

}  // namespace forage::url
