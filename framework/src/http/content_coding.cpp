#include "http/content_coding.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace forage::http {

namespace {

/// More codings than this in one list serve nobody but an attacker.
constexpr std::size_t kMaxCodings = 5;
/// Decoders write here first: the content grows with what was really decoded, never with what a
/// header claims.
constexpr std::size_t kChunk = 32u << 10;
/// RFC 9659: a zstd content coding needs no window beyond 8 MiB.
constexpr int kZstdWindowLog = 23;

enum class Coding { kGzip, kDeflate, kBrotli, kZstd };
enum class Result { kComplete, kCutShort, kDamaged, kTrailingBytes, kTooLarge };

/// What has been decoded so far, within its limit.
class Output {
 public:
  explicit Output(std::size_t limit) noexcept : limit_(limit) {}

  /// Takes the first `size` bytes of the chunk; false when they go beyond the limit.
  [[nodiscard]] bool take(std::size_t size) {
    if (size > limit_ - content_.size()) return false;
    content_.append(chunk_.data(), size);
    return true;
  }
  [[nodiscard]] char* chunk() noexcept { return chunk_.data(); }
  [[nodiscard]] std::string release() && noexcept { return std::move(content_); }

 private:
  std::string content_;
  std::size_t limit_;
  std::array<char, kChunk> chunk_;
};

/// What may follow the last member: nothing, or padding.
Result judgeTail(std::string_view tail) noexcept {
  const bool padding = tail.find_first_not_of('\0') == std::string_view::npos;
  return padding ? Result::kComplete : Result::kTrailingBytes;
}

struct InflateEnd {
  void operator()(z_stream* stream) const noexcept { inflateEnd(stream); }
};

/// Decodes one gzip member or deflate stream off the front of `input`.
Result inflateOne(z_stream& stream, std::string_view& input, Output& output) {
  constexpr std::size_t kMostIn = std::numeric_limits<uInt>::max();
  while (true) {
    const auto offered = static_cast<uInt>(std::min(input.size(), kMostIn));
    // zlib reads through this pointer only; its type lacks the const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream.avail_in = offered;
    stream.next_out = reinterpret_cast<Bytef*>(output.chunk());
    stream.avail_out = kChunk;
    const int code = inflate(&stream, Z_NO_FLUSH);
    input.remove_prefix(offered - stream.avail_in);
    if (!output.take(kChunk - stream.avail_out)) return Result::kTooLarge;
    if (code == Z_STREAM_END) return Result::kComplete;
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    // Z_BUF_ERROR: nothing could be done, for want of input.
    if (code == Z_BUF_ERROR) return Result::kCutShort;
    if (code != Z_OK) return Result::kDamaged;
  }
}

/// `window_bits` as for inflateInit2; with `members`, several gzip members are one body.
Result decodeZlib(std::string_view input, int window_bits, bool members, Output& output) {
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, InflateEnd> ended(&stream);
  while (true) {
    const Result result = inflateOne(stream, input, output);
    if (result != Result::kComplete) return result;
    if (!members || !input.starts_with("\x1f\x8b")) return judgeTail(input);
    inflateReset(&stream);
  }
}

Result decodeGzip(std::string_view input, Output& output) {
  // 15 + 32: some servers call a zlib stream gzip.
  return decodeZlib(input, 15 + 32, true, output);
}

/// RFC 9110, section 8.4.1.2: deflate is the zlib format; many servers send it without the wrapper.
Result decodeDeflate(std::string_view input, Output& output) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(input[i]); };
  const bool wrapped = input.size() >= 2 && (byte(0) & 0x0f) == 8 && byte(0) >> 4 <= 7 &&
                       (byte(0) * 256 + byte(1)) % 31 == 0;
  return decodeZlib(input, wrapped ? 15 : -15, false, output);
}

struct BrotliEnd {
  void operator()(BrotliDecoderState* state) const noexcept { BrotliDecoderDestroyInstance(state); }
};

bool outOfMemory(BrotliDecoderErrorCode code) noexcept {
  return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
         code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
}

Result decodeBrotli(std::string_view input, Output& output) {
  const std::unique_ptr<BrotliDecoderState, BrotliEnd> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
  if (!state) throw std::bad_alloc();
  std::size_t left = input.size();
  auto next_in = reinterpret_cast<const std::uint8_t*>(input.data());
  while (true) {
    std::size_t room = kChunk;
    auto next_out = reinterpret_cast<std::uint8_t*>(output.chunk());
    const BrotliDecoderResult code =
        BrotliDecoderDecompressStream(state.get(), &left, &next_in, &room, &next_out, nullptr);
    if (!output.take(kChunk - room)) return Result::kTooLarge;
    if (code == BROTLI_DECODER_RESULT_SUCCESS) return judgeTail(input.substr(input.size() - left));
    if (code == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) return Result::kCutShort;
    if (code == BROTLI_DECODER_RESULT_ERROR) {
      if (outOfMemory(BrotliDecoderGetErrorCode(state.get()))) throw std::bad_alloc();
      return Result::kDamaged;
    }
  }
}

struct ZstdEnd {
  void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

/// Whether a frame, or a skippable one, begins here (RFC 8878, section 3.1). Other magic numbers
/// are left out on purpose: libzstd would hand them to its decoders of formats before 1.0.
bool beginsFrame(std::string_view input) noexcept {
  if (input.starts_with("\x28\xb5\x2f\xfd")) return true;
  return input.size() >= 4 && (static_cast<unsigned char>(input[0]) & 0xf0) == 0x50 &&
         input.substr(1, 3) == "\x2a\x4d\x18";
}

/// Decodes one frame off the front of `input`.
Result unzstdOne(ZSTD_DCtx* context, std::string_view& input, Output& output) {
  while (true) {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.chunk(), kChunk, 0};
    const std::size_t code = ZSTD_decompressStream(context, &out, &in);
    if (ZSTD_isError(code) != 0) {
      if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation) throw std::bad_alloc();
      return Result::kDamaged;
    }
    input.remove_prefix(in.pos);
    if (!output.take(out.pos)) return Result::kTooLarge;
    if (code == 0) return Result::kComplete;
    if (input.empty() && out.pos < out.size) return Result::kCutShort;
  }
}

Result decodeZstd(std::string_view input, Output& output) {
  const std::unique_ptr<ZSTD_DCtx, ZstdEnd> context(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kZstdWindowLog);
  if (input.size() < 4) return Result::kCutShort;
  if (!beginsFrame(input)) return Result::kDamaged;
  do {
    const Result result = unzstdOne(context.get(), input, output);
    if (result != Result::kComplete) return result;
  } while (beginsFrame(input));
  return judgeTail(input);
}

Result decodeOne(Coding coding, std::string_view input, Output& output) {
  switch (coding) {
    case Coding::kGzip:
      return decodeGzip(input, output);
    case Coding::kDeflate:
      return decodeDeflate(input, output);
    case Coding::kBrotli:
      return decodeBrotli(input, output);
    case Coding::kZstd:
      return decodeZstd(input, output);
  }
  return Result::kDamaged;
}

std::optional<Coding> codingOf(std::string_view name) noexcept {
  if (equalsIgnoreCase(name, "gzip") || equalsIgnoreCase(name, "x-gzip")) return Coding::kGzip;
  if (equalsIgnoreCase(name, "deflate")) return Coding::kDeflate;
  if (equalsIgnoreCase(name, "br")) return Coding::kBrotli;
  if (equalsIgnoreCase(name, "zstd")) return Coding::kZstd;
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// The known codings at the end of `list`, last one first; at most one more than kMaxCodings.
std::vector<Coding> knownCodings(std::string_view list) {
  std::vector<Coding> codings;
  while (!list.empty() && codings.size() <= kMaxCodings) {
    const std::size_t comma = list.rfind(',');
    const bool last = comma == std::string_view::npos;
    const std::string_view name = trimmed(last ? list : list.substr(comma + 1));
    list = last ? std::string_view{} : list.substr(0, comma);
    if (name.empty() || equalsIgnoreCase(name, "identity")) continue;
    const std::optional<Coding> coding = codingOf(name);
    if (!coding) break;
    codings.push_back(*coding);
  }
  return codings;
}

Failure failureOf(Result result) {
  switch (result) {
    case Result::kComplete:
      return {};
    case Result::kCutShort:
      return {ErrorKind::kProtocol, "the encoded body is cut short"};
    case Result::kDamaged:
      return {ErrorKind::kProtocol, "the encoded body is damaged"};
    case Result::kTrailingBytes:
      return {ErrorKind::kProtocol, "bytes follow the encoded body"};
    case Result::kTooLarge:
      return {ErrorKind::kTooLarge, "the body decodes to more than its limit"};
  }
  return {};
}

/// Bytes to which a body of `size` may decode, at every step.
std::size_t limitOf(std::size_t size, std::size_t max_size) noexcept {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  const std::size_t by_ratio = size > kMost / kMaxRatio ? kMost : size * kMaxRatio;
  return std::min(max_size, std::max(by_ratio, kRatioFloor));
}

}  // namespace

Decoded decodeContent(HeadersView headers, std::string_view body, std::size_t max_size) {
  Decoded decoded;
  const std::vector<Coding> codings = knownCodings(headers.joined("Content-Encoding"));
  if (codings.empty()) {
    decoded.untouched = true;
    return decoded;
  }
  if (codings.size() > kMaxCodings) {
    decoded.failure = {ErrorKind::kProtocol, "too many content codings"};
    return decoded;
  }
  // Answers to HEAD, 204 and 304 name the coding of a body that they do not have.
  if (body.empty()) return decoded;

  const std::size_t limit = limitOf(body.size(), max_size);
  std::string content;
  for (const Coding coding : codings) {
    Output output(limit);
    decoded.failure = failureOf(decodeOne(coding, body, output));
    if (decoded.failure) return decoded;
    content = std::move(output).release();
    body = content;
  }
  decoded.content = std::move(content);
  return decoded;
}

}  // namespace forage::http
