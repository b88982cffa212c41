// Fuzz target: the digest of a request depends on the fields that Vary names and on nothing else.
// The first line is the value of Vary, the others are the request's fields.
#include <algorithm>
#include <optional>
#include <utility>

#include "fuzz/fuzz.h"
#include "http/field_list.h"
#include "http/vary.h"

namespace {

using forage::HeaderField;
using forage::Headers;
using forage::HeadersView;
using forage::fuzz::expect;
using forage::http::selectingDigest;

constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

/// The fields of the input that a request can have, with `blanks` around their values.
Headers requestOf(HeadersView fields, std::string_view blanks) {
  std::string block;
  for (const HeaderField& field : fields) {
    if (field.name.empty() || field.name.find_first_not_of(kNameCharacters) != std::string::npos) {
      continue;
    }
    block.append(field.name).append(":").append(blanks).append(field.value).append(blanks);
    block += "\r\n";
  }
  return Headers(std::move(block));
}

Headers withVary(std::string_view value) {
  Headers headers;
  headers.add("Vary", value);
  return headers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = forage::fuzz::textOf(data, size);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const std::string_view vary = text.substr(0, line_end);
  const HeadersView fields(text.substr(std::min(line_end + 1, text.size())));
  const Headers request = requestOf(fields, "");
  const Headers response = withVary(vary);
  const std::optional<std::string> digest = selectingDigest(response, request);

  bool any = false;
  bool star = false;
  forage::http::eachListElement(response, "Vary", [&](std::string_view name) {
    any = true;
    star = star || name == "*" || name.find(':') != std::string_view::npos;
  });
  expect(digest.has_value() == !star, "nothing matches a star");
  if (!digest) return 0;
  expect(digest->empty() == !any, "without names nothing varies");
  expect(digest->empty() || digest->size() == 32, "a digest has its size");
  expect(digest->find_first_not_of("0123456789abcdef") == std::string::npos, "a digest is opaque");

  expect(selectingDigest(withVary(forage::fuzz::upperCase(vary)), request) == digest,
         "case of names means nothing");
  Headers twice = withVary(vary);
  twice.add("Vary", vary);
  expect(selectingDigest(twice, request) == digest, "a name twice means nothing");
  Headers more = requestOf(fields, " \t ");
  expect(selectingDigest(response, more) == digest, "blanks around values mean nothing");
  more.add("\"", "of no name that Vary can have");
  if (vary.find('"') == std::string_view::npos) {
    expect(selectingDigest(response, more) == digest, "other fields mean nothing");
  }
  return 0;
}
