#include "config/findings.h"

#include <algorithm>
#include <utility>

#include "forage/config.h"
#include "forage/error.h"

namespace forage::config {

std::uint32_t Sources::addFile(const std::filesystem::path& file) {
  sources_.push_back({printable(file.string(), 4096), file.parent_path(), true});
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

std::uint32_t Sources::add(std::string name) {
  sources_.push_back({std::move(name), {}, false});
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

std::string Sources::show(const Place& place) const {
  const Source& source = sources_.at(place.source);
  if (!source.is_file || place.line == 0) return source.name;
  return source.name + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

const std::filesystem::path& Sources::folder(const Place& place) const {
  return sources_.at(place.source).folder;
}

bool Sources::isFile(const Place& place) const { return sources_.at(place.source).is_file; }

void Findings::add(const Place& place, std::string_view key, std::string_view what) {
  if (isFull()) return;
  std::string text = sources_.show(place) + ": ";
  if (!key.empty()) text += printable(key) + ": ";
  text += printable(what, 2000);
  Finding finding{place, std::move(text)};
  if (std::find(found_.begin(), found_.end(), finding) == found_.end()) {
    found_.push_back(std::move(finding));
  }
}

void Findings::throwIfAny() {
  if (found_.empty()) return;
  std::sort(found_.begin(), found_.end());
  std::vector<std::string> lines;
  for (Finding& finding : found_) lines.push_back(std::move(finding.text));
  if (isFull()) lines.push_back("and more: only the first " + std::to_string(kMax) + " are shown");
  throw ConfigError(std::move(lines));
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view near = nearest(word, known);
  return near.empty() ? "" : ", did you mean " + quoted(near) + "?";
}

std::string quoted(std::string_view text, std::size_t max) {
  std::string out(1, '"');
  return out.append(printable(text, max)).append(1, '"');
}

std::string printable(std::string_view text, std::size_t max) {
  std::string out(text.substr(0, max));
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (static_cast<unsigned char>(out[i]) < 0x20 || out[i] == 0x7f) out[i] = '?';
    // C1 controls in UTF-8, such as one that begins an escape sequence.
    if (out[i] == '\xc2' && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xa0) {
      out[i] = out[i + 1] = '?';
    }
  }
  if (text.size() <= max) return out;
  // Not in the middle of a UTF-8 sequence.
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
  if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
  return out + "...";
}

}  // namespace forage::config
