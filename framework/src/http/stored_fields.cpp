#include "http/stored_fields.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "http/field_list.h"

namespace forage::http {

namespace {

template <std::size_t N>
bool isOneOf(const std::array<std::string_view, N>& names, std::string_view name) noexcept {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view one) { return equalsIgnoreCase(one, name); });
}

bool isConnectionField(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 9> kNames{"Connection",
                                                          "Keep-Alive",
                                                          "Proxy-Connection",
                                                          "Transfer-Encoding",
                                                          "Upgrade",
                                                          "TE",
                                                          "Proxy-Authenticate",
                                                          "Proxy-Authorization",
                                                          "Proxy-Authentication-Info"};
  return isOneOf(kNames, name);
}

bool describesBody(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 3> kNames{"Content-Length", "Content-Encoding",
                                                          "Content-Range"};
  return isOneOf(kNames, name);
}

/// Fields that tell of one answer, not of what it holds: those of the one before it are outdated
/// even where the new one has none.
bool describesAnswer(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 2> kNames{"Age", "Date"};
  return isOneOf(kNames, name);
}

template <typename Wanted>
Headers selected(HeadersView headers, Wanted&& wanted) {
  Headers kept;
  for (const HeaderField& field : headers) {
    if (wanted(field.name)) kept.add(field.name, field.value);
  }
  return kept;
}

bool isListed(const std::vector<std::string_view>& names, std::string_view name) noexcept {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view one) { return equalsIgnoreCase(one, name); });
}

}  // namespace

HeadMarks markHead(HeadersView headers) noexcept {
  HeadMarks marks;
  std::string_view rest = headers.block();
  for (std::size_t colon = rest.find(':'); colon != rest.npos; colon = rest.find(':')) {
    const std::string_view name = rest.substr(0, colon);
    switch (name.size()) {  // most names have another length
      case 4:
        marks.varies = marks.varies || equalsIgnoreCase(name, "Vary");
        break;
      case 16:
        marks.is_coded = marks.is_coded || equalsIgnoreCase(name, "Content-Encoding");
        [[fallthrough]];
      case 2:
      case 7:
      case 10:
      case 17:
      case 18:
      case 19:
      case 25:
        marks.for_connection = marks.for_connection || isConnectionField(name);
        break;
      default:
        break;
    }
    const std::size_t end = rest.find('\n', colon);
    if (end == rest.npos) break;
    rest.remove_prefix(end + 1);
  }
  return marks;
}

Headers copied(HeadersView headers) {
  return selected(headers, [](std::string_view) { return true; });
}

Headers withoutConnectionFields(HeadersView headers) {
  std::vector<std::string_view> listed;
  eachListElement(headers, "Connection", [&](std::string_view name) { listed.push_back(name); });
  return selected(headers, [&](std::string_view name) {
    return !isConnectionField(name) && !isListed(listed, name);
  });
}

Headers updatedFields(HeadersView stored, HeadersView update) {
  const Headers fresh = withoutConnectionFields(update);
  Headers fields = selected(stored, [&](std::string_view name) {
    return describesBody(name) || !(describesAnswer(name) || fresh.find(name));
  });
  for (const HeaderField& field : fresh) {
    if (!describesBody(field.name)) fields.add(field.name, field.value);
  }
  return fields;
}

}  // namespace forage::http
