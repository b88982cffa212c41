#include "run/url_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>

#include "forage/error.h"
#include "forage/url.h"
#include "model/target.h"
#include "run/stdin_lines.h"

namespace forage::run {

namespace {

constexpr std::size_t kChunk = 16u << 10;
constexpr std::size_t kMaxLine = 64u << 10;
constexpr std::size_t kMaxFindings = 20;

/// Reads up to `bytes` at `offset`, opening the file just for that: thousands of groups may have
/// one each. Nothing where fetches hold all the descriptors that there are.
std::optional<std::size_t> readAt(const std::filesystem::path& file, std::uint64_t offset, char* to,
                                  std::size_t bytes) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  ssize_t got = -1;
  if (fd >= 0) {
    do {
      got = ::pread(fd, to, bytes, static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
  }
  const int code = errno;
  if (fd >= 0) ::close(fd);
  if (got < 0 && (code == EMFILE || code == ENFILE)) return std::nullopt;
  if (got < 0) throw Error(file.string() + ": cannot be read: " + std::strerror(code));
  return static_cast<std::size_t>(got);
}

}  // namespace

std::string_view urlOfLine(std::string_view line) noexcept {
  const auto isSpace = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!line.empty() && isSpace(line.front())) line.remove_prefix(1);
  while (!line.empty() && isSpace(line.back())) line.remove_suffix(1);
  if (!line.empty() && line.front() == '#') return {};
  return line;
}

UrlSource::UrlSource(const GroupSpec& group, StdinLines* standard_input) noexcept
    : group_(group),
      standard_input_(standard_input),
      is_input_(group.urls_file && *group.urls_file == "-") {
  at_end_ = !group.urls_file.has_value();
}

UrlSource::State UrlSource::next(std::string_view& text) {
  if (listed_ < group_.urls.size()) {
    text = group_.urls[listed_++];
    return State::kUrl;
  }
  if (nextOfGlobs(text)) return State::kUrl;
  if (at_end_ && buffer_.empty()) return State::kEnd;
  if (is_input_) return standard_input_->next(buffer_, text);
  State state = State::kUrl;
  do {
    state = nextLine(text);
    if (state == State::kUrl) text = urlOfLine(text);
  } while (state == State::kUrl && text.empty());
  if (state == State::kEnd) buffer_ = {};
  return state;
}

// What is no glob has been refused before the run.
bool UrlSource::nextOfGlobs(std::string_view& text) {
  while (!glob_ || globbed_ == glob_->size()) {
    if (globs_ == group_.url_globs.size()) return false;
    std::string why;
    glob_ = UrlGlob::parse(group_.url_globs[globs_++], why);
    globbed_ = 0;
  }
  glob_->write(globbed_++, glob_url_);
  text = glob_url_;
  return true;
}

UrlSource::State UrlSource::nextLine(std::string_view& text) {
  for (;;) {
    const std::size_t end = buffer_.find('\n', at_);
    const std::size_t length = (end == std::string::npos ? buffer_.size() : end) - at_;
    if (end != std::string::npos || length > kMaxLine || (at_end_ && length > 0)) {
      text = std::string_view(buffer_).substr(at_, length);
      at_ += length + (end == std::string::npos ? 0 : 1);
      return State::kUrl;
    }
    if (!at_end_ && !refill()) return State::kAgain;
    if (at_end_ && at_ >= buffer_.size()) return State::kEnd;
  }
}

// False: no descriptor is to be had for it.
bool UrlSource::refill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + kChunk);
  const std::optional<std::size_t> got =
      readAt(*group_.urls_file, offset_, buffer_.data() + kept, kChunk);
  buffer_.resize(kept + got.value_or(0));
  offset_ += got.value_or(0);
  at_end_ = got == std::size_t{0};
  return got.has_value();
}

std::uint64_t checkUrlFile(const std::filesystem::path& file, std::vector<std::string>& findings) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    findings.push_back(file.string() + ": cannot be read: it is no regular file");
    return 0;
  }
  std::ifstream in(file);
  if (!in) {
    findings.push_back(file.string() + ": cannot be read: " + std::strerror(errno));
    return 0;
  }
  std::string line(kMaxLine + 2, '\0');
  std::string why;
  Url url;
  std::uint64_t urls = 0;
  for (std::uint64_t number = 1; in.getline(line.data(), static_cast<std::streamsize>(line.size()));
       ++number) {
    const auto got = static_cast<std::size_t>(in.gcount());
    const std::string_view text =
        urlOfLine(std::string_view(line).substr(0, got - (in.eof() ? 0 : 1)));
    if (text.empty()) continue;
    ++urls;
    if (readTarget(text, url, &why)) continue;
    if (findings.size() < kMaxFindings) {
      findings.push_back(file.string() + ":" + std::to_string(number) + ": " + why);
    }
  }
  if (in.gcount() >= static_cast<std::streamsize>(line.size()) - 1) {
    findings.push_back(file.string() + ": has a line of more than 64 KiB, which is no URL");
  }
  return urls;
}

}  // namespace forage::run
