#include "warc/warc_input.h"

#include <algorithm>
#include <new>
#include <utility>

#include "forage/error.h"

namespace forage::warc {

namespace {

constexpr std::string_view kGzip = "\x1f\x8b";
constexpr int kInflateWindow = 15 + 16;

// Pages inflate to ten times what they were; to a thousand times what somebody made for it.
constexpr std::uint64_t kFreelyInflated = 1u << 30;
constexpr std::uint64_t kMaxRatio = 200;

}  // namespace

WarcInput::WarcInput(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {
  if (!readRaw()) fail(0, "the file is empty");
  gzip_ = raw_left_.starts_with(kGzip);
  if (gzip_ && inflateInit2(&stream_, kInflateWindow) != Z_OK) throw std::bad_alloc();
}

WarcInput::~WarcInput() {
  if (gzip_) inflateEnd(&stream_);
}

std::string_view WarcInput::peek() {
  if (!gzip_) {
    if (left_.empty() && (!raw_left_.empty() || readRaw())) left_ = std::exchange(raw_left_, {});
    return left_;
  }
  while (left_.empty() && !member_ended_) inflateSome();
  return left_;
}

void WarcInput::take(std::size_t count) noexcept {
  left_.remove_prefix(count);
  taken_ += count;
}

bool WarcInput::nextMember() {
  if (!gzip_ || (raw_left_.empty() && !readRaw())) return false;
  member_at_ = raw_read_ - raw_left_.size();
  ++member_;
  taken_ = 0;
  member_ended_ = false;
  inflateReset(&stream_);
  return true;
}

void WarcInput::skipMember() {
  while (!peek().empty()) take(left_.size());
}

bool WarcInput::readRaw() {
  in_.read(raw_.data(), raw_.size());
  if (in_.bad()) throw Error(name_ + ": cannot be read");
  raw_left_ = {raw_.data(), static_cast<std::size_t>(in_.gcount())};
  raw_read_ += raw_left_.size();
  return !raw_left_.empty();
}

void WarcInput::inflateSome() {
  if (raw_left_.empty() && !readRaw()) fail(raw_read_, "the file ends within a gzip member");
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(raw_left_.data()));
  stream_.avail_in = static_cast<uInt>(raw_left_.size());
  stream_.next_out = reinterpret_cast<Bytef*>(plain_.data());
  stream_.avail_out = static_cast<uInt>(plain_.size());
  const int code = inflate(&stream_, Z_NO_FLUSH);
  raw_left_.remove_prefix(raw_left_.size() - stream_.avail_in);
  left_ = {plain_.data(), plain_.size() - stream_.avail_out};
  inflated_ += left_.size();
  if (code == Z_MEM_ERROR) throw std::bad_alloc();
  if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
    fail(raw_read_ - raw_left_.size(), "damaged gzip data");
  }
  member_ended_ = code == Z_STREAM_END;
  checkProportion();
}

void WarcInput::checkProportion() const {
  const std::uint64_t read = raw_read_ - raw_left_.size();
  if (inflated_ <= std::max(kFreelyInflated, read * kMaxRatio)) return;
  fail(read, "inflates to more than " + std::to_string(kMaxRatio) + " times its size");
}

void WarcInput::fail(std::uint64_t offset, std::string_view what) const {
  throw Error(name_ + ": byte " + std::to_string(offset) + ": " + std::string(what));
}

}  // namespace forage::warc
