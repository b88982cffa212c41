#include "http/stored_fields.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/field_list.h"

namespace forage::http {

namespace {

/// Most have another length.
bool isCalled(std::string_view name, std::string_view wanted) noexcept {
  return name.size() == wanted.size() && equalsIgnoreCase(name, wanted);
}

template <std::size_t N>
bool isOneOf(const std::array<std::string_view, N>& names, std::string_view name) noexcept {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view one) { return isCalled(name, one); });
}

/// Most names have a length that none of these has.
bool isConnectionField(std::string_view name) noexcept {
  const auto is = [name](std::string_view one) { return equalsIgnoreCase(name, one); };
  switch (name.size()) {
    case 2:
      return is("TE");
    case 7:
      return is("Upgrade");
    case 10:
      return is("Connection") || is("Keep-Alive");
    case 16:
      return is("Proxy-Connection");
    case 17:
      return is("Transfer-Encoding");
    case 18:
      return is("Proxy-Authenticate");
    case 19:
      return is("Proxy-Authorization");
    case 25:
      return is("Proxy-Authentication-Info");
    default:
      return false;
  }
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

/// Calls `take(name, line)` for each line of `headers`, which are not taken apart.
template <typename Take>
void eachLine(HeadersView headers, Take&& take) {
  std::string_view rest = headers.block();
  for (std::size_t colon = rest.find(':'); colon != rest.npos; colon = rest.find(':')) {
    const std::size_t end = std::min(rest.find('\n', colon), rest.size() - 1);
    take(rest.substr(0, colon), rest.substr(0, end + 1));
    rest.remove_prefix(end + 1);
  }
}

using Names = std::vector<std::string>;

/// What a `Connection` field lists beyond the fields that are of the connection anyway.
void addListed(std::string_view line, Names& listed) {
  ListReader list(HeadersView(line).begin()->value);
  for (std::string_view name; list.next(name);) {
    if (!isConnectionField(name) && !isCalled(name, "close")) listed.emplace_back(name);
  }
}

/// Drops the lines for which `isUnwanted(name, line)`, in place. Both are valid during the call.
template <typename IsUnwanted>
void dropLines(Headers& headers, IsUnwanted&& isUnwanted) {
  std::string block = std::move(headers).release();
  std::size_t end = 0;  // of what is kept
  eachLine(HeadersView(block), [&](std::string_view name, std::string_view line) {
    if (isUnwanted(name, line)) return;
    std::char_traits<char>::move(block.data() + end, line.data(), line.size());
    end += line.size();
  });
  block.resize(end);
  headers = Headers(std::move(block));
}

}  // namespace

HeadMarks markHead(HeadersView headers) noexcept {
  HeadMarks marks;
  eachLine(headers, [&](std::string_view name, std::string_view) {
    marks.varies = marks.varies || isCalled(name, "Vary");
    marks.is_coded = marks.is_coded || isCalled(name, "Content-Encoding");
    marks.for_connection = marks.for_connection || isConnectionField(name);
  });
  return marks;
}

Headers copied(HeadersView headers) {
  return selected(headers, [](std::string_view) { return true; });
}

void dropConnectionFields(Headers& headers) {
  Names listed;
  dropLines(headers, [&](std::string_view name, std::string_view line) {
    if (!isConnectionField(name)) return false;
    if (isCalled(name, "Connection")) addListed(line, listed);
    return true;
  });
  if (listed.empty()) return;
  dropLines(headers, [&](std::string_view name, std::string_view) {
    return std::ranges::any_of(listed, [&](const std::string& one) { return isCalled(name, one); });
  });
}

Headers updatedFields(HeadersView stored, HeadersView update) {
  Headers fresh{std::string(update.block())};
  dropConnectionFields(fresh);
  Headers fields = selected(stored, [&](std::string_view name) {
    return describesBody(name) || !(describesAnswer(name) || fresh.find(name));
  });
  for (const HeaderField& field : fresh) {
    if (!describesBody(field.name)) fields.add(field.name, field.value);
  }
  return fields;
}

}  // namespace forage::http
