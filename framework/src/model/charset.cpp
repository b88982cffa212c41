#include "model/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

namespace forage {

namespace {

constexpr std::size_t kPrescan = 1024;
constexpr std::size_t kLongestName = 40;
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

char lowerCase(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool isHtmlSpace(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool isNameByte(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
         c == ':' || c == '+';
}

struct Mark {
  std::string_view bytes;
  std::string_view name;
};
constexpr std::array kMarks{Mark{"\xef\xbb\xbf", "utf-8"}, Mark{"\xfe\xff", "utf-16be"},
                            Mark{"\xff\xfe", "utf-16le"}};

struct Label {
  std::string_view label;
  std::string_view name;
};
// Of the labels of WHATWG Encoding, section 4.2, those that stand for another name and are in use.
constexpr std::array kLabels{
    Label{"ascii", "windows-1252"},
    Label{"cp1250", "windows-1250"},
    Label{"cp1251", "windows-1251"},
    Label{"cp1252", "windows-1252"},
    Label{"cp1253", "windows-1253"},
    Label{"cp1254", "windows-1254"},
    Label{"gb2312", "gbk"},
    Label{"iso-8859-1", "windows-1252"},
    Label{"iso-8859-9", "windows-1254"},
    Label{"iso8859-1", "windows-1252"},
    Label{"iso88591", "windows-1252"},
    Label{"koi8", "koi8-r"},
    Label{"ks_c_5601-1987", "euc-kr"},
    Label{"l1", "windows-1252"},
    Label{"latin1", "windows-1252"},
    Label{"latin2", "iso-8859-2"},
    Label{"ms_kanji", "shift_jis"},
    Label{"shift-jis", "shift_jis"},
    Label{"sjis", "shift_jis"},
    Label{"tis-620", "windows-874"},
    Label{"unicode", "utf-16le"},
    Label{"us-ascii", "windows-1252"},
    Label{"utf-16", "utf-16le"},
    Label{"utf8", "utf-8"},
    Label{"x-cp1251", "windows-1251"},
    Label{"x-sjis", "shift_jis"},
};

// The encodings of WHATWG Encoding, section 4.2, but for its replacement and x-user-defined. No
// other is handed to iconv: some of its converters are seldom used and have had holes
// (CVE-2024-2961).
constexpr std::array<std::string_view, 36> kConverted{
    "big5",         "euc-jp",       "euc-kr",       "gb18030",      "gbk",          "ibm866",
    "iso-2022-jp",  "iso-8859-10",  "iso-8859-13",  "iso-8859-14",  "iso-8859-15",  "iso-8859-16",
    "iso-8859-2",   "iso-8859-3",   "iso-8859-4",   "iso-8859-5",   "iso-8859-6",   "iso-8859-7",
    "iso-8859-8",   "koi8-r",       "koi8-u",       "macintosh",    "shift_jis",    "utf-16be",
    "utf-16le",     "utf-8",        "windows-1250", "windows-1251", "windows-1252", "windows-1253",
    "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "windows-874",
};

/// The name for a label; "" for what cannot be one.
std::string nameOf(std::string_view label) {
  while (!label.empty() && isHtmlSpace(label.front())) label.remove_prefix(1);
  while (!label.empty() && isHtmlSpace(label.back())) label.remove_suffix(1);
  std::string name(label.substr(0, kLongestName + 1));
  std::transform(name.begin(), name.end(), name.begin(), lowerCase);
  const bool fits =
      name.size() <= kLongestName && std::all_of(name.begin(), name.end(), isNameByte);
  if (!fits) return {};
  const auto known = std::find_if(kLabels.begin(), kLabels.end(),
                                  [&](const Label& one) { return one.label == name; });
  return known == kLabels.end() ? name : std::string(known->name);
}

/// The value that begins at `text`: quoted, or up to white space or one of `ends`.
std::string_view valueAt(std::string_view text, std::string_view ends) noexcept {
  if (text.empty()) return {};
  if (text.front() == '"' || text.front() == '\'') {
    const std::size_t end = text.find(text.front(), 1);
    return end == std::string_view::npos ? std::string_view() : text.substr(1, end - 1);
  }
  std::size_t end = 0;
  while (end < text.size() && !isHtmlSpace(text[end]) && ends.find(text[end]) == ends.npos) ++end;
  return text.substr(0, end);
}

/// The first value of "charset" in `text`, in lower case.
std::string charsetIn(std::string_view text, std::string_view ends) {
  constexpr std::string_view kName = "charset";
  std::size_t at = 0;
  while ((at = text.find(kName, at)) != std::string_view::npos) {
    at += kName.size();
    while (at < text.size() && isHtmlSpace(text[at])) ++at;
    if (at == text.size() || text[at] != '=') continue;
    ++at;
    while (at < text.size() && isHtmlSpace(text[at])) ++at;
    return nameOf(valueAt(text.substr(at), ends));
  }
  return {};
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lowerCase);
  return result;
}

/// What a text that says so within itself can be read as before it is known: one byte for a letter.
std::string readable(std::string name) {
  return name == "utf-16le" || name == "utf-16be" ? std::string("utf-8") : name;
}

std::string ofDeclaration(std::string_view start) {
  if (!start.starts_with("<?xml")) return {};
  const std::string_view declaration = start.substr(0, start.find("?>"));
  const std::size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return {};
  const std::size_t quote = declaration.find_first_of("\"'", at);
  return quote == std::string_view::npos ? std::string()
                                         : readable(nameOf(valueAt(declaration.substr(quote), "")));
}

std::string ofMeta(std::string_view start) {
  std::size_t at = 0;
  while ((at = start.find('<', at)) != std::string_view::npos) {
    const std::string_view rest = start.substr(at);
    if (rest.starts_with("<!--")) {
      const std::size_t end = rest.find("-->");
      if (end == std::string_view::npos) return {};
      at += end;
      continue;
    }
    const std::string_view tag = rest.substr(0, rest.find('>'));
    if (tag.starts_with("<meta") && tag.size() > 5 && (isHtmlSpace(tag[5]) || tag[5] == '/')) {
      const std::string name = charsetIn(tag, "\"';>/");
      if (!name.empty()) return readable(name);
    }
    ++at;
  }
  return {};
}

bool mayBeText(std::string_view type) noexcept {
  return type.empty() || type.starts_with("text/") || type.find("ml") != type.npos ||
         type.find("json") != type.npos || type.find("script") != type.npos;
}

bool mayHaveMeta(std::string_view type) noexcept {
  return type.empty() || type.find("html") != type.npos || type.find("xml") != type.npos;
}

struct CloseIconv {
  using pointer = iconv_t;
  void operator()(iconv_t descriptor) const noexcept { ::iconv_close(descriptor); }
};

}  // namespace

std::string charsetOf(std::string_view content_type, std::string_view content) {
  const std::string type = lowered(content_type);
  for (const Mark& mark : kMarks) {
    if (mayBeText(type) && content.starts_with(mark.bytes)) return std::string(mark.name);
  }
  if (std::string name = charsetIn(type, ";,"); !name.empty()) return name;
  if (!mayHaveMeta(type)) return {};
  const std::string start = lowered(content.substr(0, kPrescan));
  std::string name = ofDeclaration(start);
  return name.empty() ? ofMeta(start) : name;
}

std::optional<std::string> toUtf8(std::string_view content, std::string_view charset) {
  if (std::find(kConverted.begin(), kConverted.end(), charset) == kConverted.end()) {
    return std::nullopt;
  }
  const std::string from(charset);
  iconv_t opened = ::iconv_open("UTF-8", from.c_str());
  if (opened == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  const std::unique_ptr<iconv_t, CloseIconv> descriptor(opened);
  for (const Mark& mark : kMarks) {
    if (mark.name == charset && content.starts_with(mark.bytes)) {
      content.remove_prefix(mark.bytes.size());
    }
  }
  std::string result;
  result.reserve(content.size() + content.size() / 8);
  std::array<char, 4096> buffer;
  char* in = const_cast<char*>(content.data());  // iconv only reads it
  std::size_t left = content.size();
  while (left > 0) {
    char* out = buffer.data();
    std::size_t room = buffer.size();
    const std::size_t done = ::iconv(descriptor.get(), &in, &left, &out, &room);
    const int error = errno;
    result.append(buffer.data(), buffer.size() - room);
    if (done != static_cast<std::size_t>(-1) || error == E2BIG) continue;
    result += kReplacement;  // EILSEQ, or EINVAL: it ends within a character
    if (error == EINVAL) break;
    ++in;
    --left;
  }
  char* out = buffer.data();  // what was held back, since more might have come to it
  std::size_t room = buffer.size();
  (void)::iconv(descriptor.get(), nullptr, nullptr, &out, &room);
  return result.append(buffer.data(), buffer.size() - room);
}

}  // namespace forage
