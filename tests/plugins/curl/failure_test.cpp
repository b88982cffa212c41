// What libcurl's codes are called in reports, where no server is needed to bring them about.
#include "curl/failure.h"

#include <gtest/gtest.h>

#include <new>

namespace forage::curl {
namespace {

class Failures : public testing::Test {
 protected:
  Failure of(CURLcode code, const std::string& text, bool was_asked = false,
             bool has_begun = false) const {
    return failureOf({.easy = easy_.get(),
                      .code = code,
                      .url = &url_,
                      .limits = {},
                      .text = text,
                      .was_asked = was_asked,
                      .has_begun = has_begun});
  }
  const Easy easy_{curl_easy_init()};
  const Url url_ = Url::parse("https://far.example/").value();
};

TEST_F(Failures, NamesWithoutAddressesAreNamed) {
  const Failure host = of(CURLE_COULDNT_RESOLVE_HOST, "Could not resolve host: far.example");
  EXPECT_EQ(host.kind, ErrorKind::kResolve);
  EXPECT_EQ(host.message, "resolve far.example: Could not resolve host: far.example");
  const Failure proxy = of(CURLE_COULDNT_RESOLVE_PROXY, "");
  EXPECT_EQ(proxy.kind, ErrorKind::kResolve);
  EXPECT_TRUE(proxy.message.starts_with("resolve the proxy: ")) << proxy.message;
}

TEST_F(Failures, ALostConnectionIsCalledByWhatHadCome) {
  EXPECT_EQ(of(CURLE_RECV_ERROR, "reset").kind, ErrorKind::kConnect);
  EXPECT_EQ(of(CURLE_RECV_ERROR, "reset", true).kind, ErrorKind::kConnect);
  EXPECT_EQ(of(CURLE_RECV_ERROR, "reset", true, true).kind, ErrorKind::kTruncated);
  EXPECT_EQ(of(CURLE_HTTP2_STREAM, "stream 1: INTERNAL_ERROR", true, true).kind,
            ErrorKind::kTruncated);
  EXPECT_EQ(of(CURLE_HTTP2_STREAM, "stream 1: PROTOCOL_ERROR", true, true).kind,
            ErrorKind::kProtocol);
}

TEST_F(Failures, ABrokenRecordOfTlsIsNoLostConnection) {
  const std::string read = "OpenSSL SSL_read: error:0A000119:SSL routines::";
  EXPECT_EQ(of(CURLE_RECV_ERROR, read + "decryption failed or bad record mac", true, true).kind,
            ErrorKind::kTls);
  EXPECT_EQ(of(CURLE_RECV_ERROR, read + "unexpected eof while reading", true, true).kind,
            ErrorKind::kTruncated);
}

TEST_F(Failures, WantOfMemoryIsNeverSwallowed) {
  EXPECT_THROW(static_cast<void>(of(CURLE_OUT_OF_MEMORY, "")), std::bad_alloc);
}

TEST_F(Failures, AreOneLineWhateverWasReceived) {
  const Failure failure = of(CURLE_SSL_CACERT_BADFILE, "a\r\nb\x1b[2J\n");
  EXPECT_EQ(failure.kind, ErrorKind::kTls);
  EXPECT_EQ(failure.message, "TLS with far.example:443: a  b [2J");
}

}  // namespace
}  // namespace forage::curl
