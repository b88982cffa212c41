#include "forage/url.h"

#include <charconv>

namespace forage {

std::optional<Url> Url::parse(std::string_view text, std::string* why) {
  Url url;
  std::size_t begin = 0;
  if (text.starts_with("http://")) {
    begin = 7;
  } else if (text.starts_with("https://")) {
    begin = 8;
    url.https_ = true;
  } else {
    if (why != nullptr) *why = "not an http or https URL";
    return std::nullopt;
  }
  url.text_ = text.substr(0, text.find('#'));
  if (url.text_.find('/', begin) == std::string::npos) url.text_ += '/';
  const std::size_t end = url.text_.find('/', begin);
  std::size_t colon = url.text_.rfind(':', end);
  url.port_ = url.https_ ? 443 : 80;
  if (colon != std::string::npos && colon > begin && url.text_[end - 1] != ']') {
    std::from_chars(url.text_.data() + colon + 1, url.text_.data() + end, url.port_);
  } else {
    colon = end;
  }
  url.authority_begin_ = static_cast<std::uint32_t>(begin);
  url.host_end_ = static_cast<std::uint32_t>(colon);
  url.authority_end_ = static_cast<std::uint32_t>(end);
  return url;
}

std::optional<Url> Url::resolve(std::string_view reference, std::string* why) const {
  if (reference.starts_with("/")) return parse(std::string(origin()) + std::string(reference), why);
  return parse(reference, why);
}

std::string_view Url::host() const noexcept {
  return std::string_view(text_).substr(authority_begin_, host_end_ - authority_begin_);
}
std::string_view Url::authority() const noexcept {
  return std::string_view(text_).substr(authority_begin_, authority_end_ - authority_begin_);
}
std::string_view Url::target() const noexcept {
  return std::string_view(text_).substr(authority_end_);
}
std::string_view Url::origin() const noexcept {
  return std::string_view(text_).substr(0, authority_end_);
}

}  // namespace forage
