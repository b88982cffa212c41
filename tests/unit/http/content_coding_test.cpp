#include "http/content_coding.h"

#include <brotli/encode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace forage::http {
namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

std::string zlibEncoded(std::string_view text, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string gzipped(std::string_view text) { return zlibEncoded(text, 15 + 16); }
std::string zlibbed(std::string_view text) { return zlibEncoded(text, 15); }
std::string rawDeflated(std::string_view text) { return zlibEncoded(text, -15); }

std::string brotlied(std::string_view text) {
  std::size_t size = BrotliEncoderMaxCompressedSize(text.size()) + 16;
  std::string out(size, '\0');
  EXPECT_EQ(BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, text.size(),
                                  reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                                  reinterpret_cast<std::uint8_t*>(out.data())),
            BROTLI_TRUE);
  out.resize(size);
  return out;
}

/// With a checksum, as servers that stream send it.
std::string zstded(std::string_view text, int window_log = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  if (window_log != 0) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  }
  std::string out(ZSTD_compressBound(text.size()) + 64, '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer buffer{out.data(), out.size(), 0};
  // Without a known size until the end, as from a stream.
  ZSTD_compressStream2(context, &buffer, &in, ZSTD_e_continue);
  EXPECT_EQ(ZSTD_compressStream2(context, &buffer, &in, ZSTD_e_end), 0u);
  out.resize(buffer.pos);
  ZSTD_freeCCtx(context);
  return out;
}

Decoded decode(std::string_view list, std::string_view body, std::size_t max_size = kNoLimit) {
  Headers headers;
  headers.add("Content-Encoding", list);
  return decodeContent(headers, body, max_size);
}

void expectContent(const Decoded& decoded, std::string_view content) {
  EXPECT_FALSE(decoded.failure) << decoded.failure.message;
  EXPECT_FALSE(decoded.untouched);
  EXPECT_TRUE(decoded.content == content) << decoded.content.size() << " bytes";
}

void expectFailure(const Decoded& decoded, ErrorKind kind) {
  EXPECT_EQ(decoded.failure.kind, kind) << decoded.failure.message;
  EXPECT_FALSE(decoded.failure.message.empty());
  EXPECT_TRUE(decoded.content.empty());
  EXPECT_FALSE(decoded.untouched);
}

/// Compresses to about half, over several decoder chunks when long.
std::string sampleText(std::size_t size) {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < size) {
    state = state * 1664525u + 1013904223u;
    text += static_cast<char>('a' + (state >> 24) % 16);
  }
  return text;
}

struct Codec {
  const char* name;  // for Content-Encoding
  std::string (*encode)(std::string_view);
  bool checked;  // a checksum covers the content
};

std::string zstdedPlain(std::string_view text) { return zstded(text); }

class EachCoding : public testing::TestWithParam<Codec> {};

INSTANTIATE_TEST_SUITE_P(
    ContentCoding, EachCoding,
    testing::Values(Codec{"gzip", gzipped, true}, Codec{"x-gzip", gzipped, true},
                    Codec{"gzip", zlibbed, true},  // mislabelled
                    Codec{"deflate", zlibbed, true}, Codec{"deflate", rawDeflated, false},
                    Codec{"br", brotlied, false}, Codec{"zstd", zstdedPlain, true}));

TEST_P(EachCoding, GivesBackWhatWasEncoded) {
  for (const std::size_t size : {0u, 1u, 100u, 32767u, 32768u, 32769u, 1'000'000u}) {
    const std::string text = sampleText(size);
    expectContent(decode(GetParam().name, GetParam().encode(text)), text);
  }
}

TEST_P(EachCoding, KeepsEveryByteValue) {
  std::string text;
  for (int i = 0; i < 4096; ++i) text += static_cast<char>(i * 7 + i / 256);
  expectContent(decode(GetParam().name, GetParam().encode(text)), text);
}

TEST_P(EachCoding, RefusesABodyCutShortAnywhere) {
  const std::string body = GetParam().encode(sampleText(200));
  for (std::size_t size = 1; size < body.size(); ++size) {
    SCOPED_TRACE(size);
    expectFailure(decode(GetParam().name, std::string_view(body).substr(0, size)),
                  ErrorKind::kProtocol);
  }
}

TEST_P(EachCoding, NoticesDamageWhereAChecksumCoversIt) {
  if (!GetParam().checked) return;
  const std::string text = sampleText(200);
  const std::string whole = GetParam().encode(text);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string body = whole;
    body[i] = static_cast<char>(body[i] ^ 0x10);
    const Decoded decoded = decode(GetParam().name, body);
    // Bytes that say nothing about the content (a time stamp) may change; the content may not.
    if (!decoded.failure) {
      EXPECT_TRUE(decoded.content == text) << i;
    }
  }
}

TEST_P(EachCoding, SurvivesDamageAnywhere) {
  const std::string whole = GetParam().encode(sampleText(300));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string body = whole;
      body[i] = static_cast<char>(body[i] ^ (1 << bit));
      const Decoded decoded = decode(GetParam().name, body);
      EXPECT_LE(decoded.content.size(), kRatioFloor);
    }
  }
}

TEST_P(EachCoding, IgnoresZerosAfterTheEnd) {
  const std::string text = sampleText(500);
  expectContent(decode(GetParam().name, GetParam().encode(text) + std::string(3, '\0')), text);
  expectContent(decode(GetParam().name, GetParam().encode(text) + std::string(2000, '\0')), text);
}

TEST_P(EachCoding, RefusesOtherBytesAfterTheEnd) {
  const std::string body = GetParam().encode(sampleText(500));
  expectFailure(decode(GetParam().name, body + "x"), ErrorKind::kProtocol);
  expectFailure(decode(GetParam().name, body + std::string("\0\0x", 3)), ErrorKind::kProtocol);
}

TEST_P(EachCoding, TakesAnEmptyBodyForEmptyContent) {
  expectContent(decode(GetParam().name, ""), "");
}

TEST_P(EachCoding, StopsAtMaxSizeExactly) {
  const std::string text = sampleText(100'000);
  const std::string body = GetParam().encode(text);
  expectContent(decode(GetParam().name, body, text.size()), text);
  expectFailure(decode(GetParam().name, body, text.size() - 1), ErrorKind::kTooLarge);
  expectFailure(decode(GetParam().name, body, 0), ErrorKind::kTooLarge);
}

TEST_P(EachCoding, RefusesABomb) {
  const std::string body = GetParam().encode(std::string(16u << 20, '\0'));
  ASSERT_LT(body.size() * kMaxRatio, 16u << 20);
  expectFailure(decode(GetParam().name, body), ErrorKind::kTooLarge);
}

TEST_P(EachCoding, LetsASmallBodyGrowToTheFloorWhateverItsRatio) {
  const std::string text(kRatioFloor, 'a');
  expectContent(decode(GetParam().name, GetParam().encode(text)), text);
  const std::string more(kRatioFloor + 1, 'a');
  const std::string body = GetParam().encode(more);
  if (body.size() * kMaxRatio <= kRatioFloor) {
    expectFailure(decode(GetParam().name, body), ErrorKind::kTooLarge);
  } else {
    expectContent(decode(GetParam().name, body), more);
  }
}

TEST(ContentCoding, JoinsGzipMembers) {
  const std::string a = sampleText(70'000);
  const std::string body = gzipped(a) + gzipped("") + gzipped("tail");
  expectContent(decode("gzip", body), a + "tail");
  expectContent(decode("gzip", body + std::string(512, '\0')), a + "tail");
}

TEST(ContentCoding, RefusesALaterGzipMemberCutShort) {
  const std::string first = gzipped("first");
  const std::string second = gzipped("second");
  for (std::size_t size = 1; size < second.size(); ++size) {
    SCOPED_TRACE(size);
    expectFailure(decode("gzip", first + second.substr(0, size)), ErrorKind::kProtocol);
  }
}

TEST(ContentCoding, CountsAllMembersAgainstTheLimit) {
  const std::string member = gzipped(sampleText(1000));
  expectContent(decode("gzip", member + member, 2000), sampleText(1000) + sampleText(1000));
  expectFailure(decode("gzip", member + member, 1999), ErrorKind::kTooLarge);
}

TEST(ContentCoding, JoinsZstdFramesAndSkipsSkippableOnes) {
  const std::string a = sampleText(70'000);
  const std::string skippable("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  expectContent(decode("zstd", skippable + zstded(a) + skippable + zstded("tail")), a + "tail");
  expectContent(decode("zstd", skippable), "");
  expectFailure(decode("zstd", zstded(a) + skippable.substr(0, 9)), ErrorKind::kProtocol);
}

TEST(ContentCoding, RefusesALaterZstdFrameCutShort) {
  const std::string first = zstded("first");
  const std::string second = zstded("second");
  for (std::size_t size = 1; size < second.size(); ++size) {
    SCOPED_TRACE(size);
    expectFailure(decode("zstd", first + second.substr(0, size)), ErrorKind::kProtocol);
  }
}

TEST(ContentCoding, RefusesAZstdWindowBeyondTheOneOfItsRfc) {
  const std::string text = sampleText(100'000);
  expectContent(decode("zstd", zstded(text, 23)), text);
  expectFailure(decode("zstd", zstded(text, 24)), ErrorKind::kProtocol);
}

TEST(ContentCoding, RefusesZstdFormatsBeforeVersionOne) {
  // Magic number of version 0.7, which libzstd would still decode.
  expectFailure(decode("zstd", std::string("\x27\xb5\x2f\xfd\x00\x00\x00\x00\x00\x00", 10)),
                ErrorKind::kProtocol);
}

TEST(ContentCoding, RefusesADeflateStreamThatWantsADictionary) {
  expectFailure(decode("deflate", std::string("\x78\xbb\x00\x00\x00\x01\x03\x00", 8)),
                ErrorKind::kProtocol);
}

TEST(ContentCoding, RefusesABodyThatIsNotEncodedAtAll) {
  for (const char* name : {"gzip", "deflate", "br", "zstd"}) {
    SCOPED_TRACE(name);
    expectFailure(decode(name, "<!doctype html><title>plain</title>"), ErrorKind::kProtocol);
  }
}

TEST(ContentCoding, RemovesSeveralCodingsLastOneFirst) {
  const std::string text = sampleText(5000);
  expectContent(decode("gzip, br", brotlied(gzipped(text))), text);
  expectContent(decode("deflate,zstd , gzip", gzipped(zstded(zlibbed(text)))), text);
  expectFailure(decode("br, gzip", brotlied(gzipped(text))), ErrorKind::kProtocol);
}

TEST(ContentCoding, JoinsSeveralContentEncodingFields) {
  Headers headers;
  headers.add("content-encoding", "GZIP");
  headers.add("Content-Type", "text/html");
  headers.add("Content-Encoding", "Br");
  expectContent(decodeContent(headers, brotlied(gzipped("text")), kNoLimit), "text");
}

TEST(ContentCoding, BoundsTheNumberOfCodings) {
  std::string body = "text";
  for (int i = 0; i < 5; ++i) body = gzipped(body);
  expectContent(decode("gzip,gzip,gzip,gzip,gzip", body), "text");
  expectFailure(decode("gzip,gzip,gzip,gzip,gzip,gzip", gzipped(body)), ErrorKind::kProtocol);
  expectFailure(decode("unknown,gzip,gzip,gzip,gzip,gzip,gzip", ""), ErrorKind::kProtocol);
}

TEST(ContentCoding, BoundsEveryStepOfSeveralCodings) {
  // A bomb in a bomb: 16 MiB would be reached at the second step.
  const std::string body = gzipped(gzipped(std::string(16u << 20, '\0')));
  ASSERT_LT(body.size() * kMaxRatio, 16u << 20);
  expectFailure(decode("gzip, gzip", body), ErrorKind::kTooLarge);
}

TEST(ContentCoding, LeavesABodyWithoutCodingAlone) {
  const Headers none;
  EXPECT_TRUE(decodeContent(none, "text", kNoLimit).untouched);
  for (const char* list : {"", "identity", " , ", "identity, IDENTITY"}) {
    const Decoded decoded = decode(list, "text");
    EXPECT_TRUE(decoded.untouched) << list;
    EXPECT_FALSE(decoded.failure);
    EXPECT_TRUE(decoded.content.empty());
  }
}

TEST(ContentCoding, LeavesAnUnknownCodingAlone) {
  for (const char* list : {"compress", "aws-chunked", "gzip, sdch", "gzip;q=1", "gz ip"}) {
    const Decoded decoded = decode(list, "text");
    EXPECT_TRUE(decoded.untouched) << list;
    EXPECT_FALSE(decoded.failure);
  }
}

TEST(ContentCoding, StopsAtTheFirstUnknownCoding) {
  expectContent(decode("aes128gcm, gzip", gzipped("secret")), "secret");
}

TEST(ContentCoding, IgnoresIdentityBetweenOthers) {
  expectContent(decode("identity, gzip, identity,", gzipped("text")), "text");
}

TEST(ContentCoding, AsksForWhatItDecodes) {
  std::string_view list = kAcceptEncoding;
  std::size_t codings = 0;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(", "), list.size());
    EXPECT_FALSE(decode(list.substr(0, comma), "").untouched) << list;
    list.remove_prefix(std::min(comma + 2, list.size()));
    ++codings;
  }
  EXPECT_EQ(codings, 4u);
}

}  // namespace
}  // namespace forage::http
