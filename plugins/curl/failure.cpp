#include "failure.h"

#include <algorithm>
#include <new>
#include <string_view>

#include "forage/units.h"

namespace forage::curl {

namespace {

/// One line of text bytes: servers and proxies have a say in it.
std::string wordsOf(const Ending& ending) {
  std::string text = ending.text.empty() ? curl_easy_strerror(ending.code) : ending.text;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

bool isReached(CURL* easy, CURLINFO time) {
  curl_off_t micros = 0;
  return curl_easy_getinfo(easy, time, &micros) == CURLE_OK && micros > 0;
}

std::string stepOf(const Ending& ending) {
  if (ending.was_asked) return placeOf(*ending.url) + ": response ";
  if (!isReached(ending.easy, CURLINFO_NAMELOOKUP_TIME_T)) {
    return "resolve " + std::string(ending.url->host()) + ": ";
  }
  return (ending.shakes_hands ? "TLS with " : "connect to ") + placeOf(*ending.url) + ": ";
}

Failure timeout(const Ending& ending) {
  const FetchLimits& limits = ending.limits;
  if (ending.was_asked && ending.text.starts_with("Operation too slow")) {
    return {ErrorKind::kTimeout, placeOf(*ending.url) + ": slower than " +
                                     std::to_string(limits.speed_limit) + " bytes a second for " +
                                     formatDuration(limits.speed_time)};
  }
  const Millis span =
      ending.was_asked ? limits.max_time : std::min(limits.connect_timeout, limits.max_time);
  return {ErrorKind::kTimeout, stepOf(ending) + "timed out after " + formatDuration(span)};
}

Failure proxyFailure(const Ending& ending) {
  long reason = CURLPX_OK;
  curl_easy_getinfo(ending.easy, CURLINFO_PROXY_ERROR, &reason);
  const bool no_name = reason == CURLPX_RESOLVE_HOST;
  return {no_name ? ErrorKind::kResolve : ErrorKind::kConnect,
          "connect to " + placeOf(*ending.url) + " by the proxy: " + wordsOf(ending)};
}

/// The connection has ended in the midst of things.
Failure lost(const Ending& ending) {
  const std::string place = placeOf(*ending.url);
  const std::string words = wordsOf(ending);
  if (!ending.was_asked) {
    return {ErrorKind::kConnect, "connect to " + place + ": " + words};
  }
  // libcurl has one code for a lost connection and for a broken record.
  constexpr std::string_view kTlsFault = "error:0A";
  if (words.find(kTlsFault) != std::string::npos &&
      words.find("unexpected eof") == std::string::npos) {
    return {ErrorKind::kTls, "TLS with " + place + ": " + words};
  }
  // What libcurl says of chunks that the reader had no objection to.
  constexpr std::string_view kChunkFault = "in chunked-encoding";
  if (words.ends_with(kChunkFault)) {
    const bool is_large = words.starts_with("Out of memory");
    return {is_large ? ErrorKind::kTooLarge : ErrorKind::kProtocol, place + ": " + words};
  }
  if (ending.has_begun) return {ErrorKind::kTruncated, place + ": " + words};
  return {ErrorKind::kConnect, place + ": connection lost before the response: " + words};
}

Failure streamFailure(const Ending& ending) {
  const std::string words = wordsOf(ending);
  // nghttp2 resets a stream whose bytes break the rules, libcurl gives its code as a word.
  if (words.find("PROTOCOL_ERROR") == std::string::npos) return lost(ending);
  return {ErrorKind::kProtocol, placeOf(*ending.url) + ": " + words};
}

/// libcurl reports a field line of 100 KiB and more as want of memory.
Failure wantOfMemory(const Ending& ending) {
  if (!ending.was_asked) throw std::bad_alloc();
  return {ErrorKind::kTooLarge,
          placeOf(*ending.url) + ": a field of the header is over libcurl's limit of 100 KiB"};
}

}  // namespace

std::string placeOf(const Url& url) {
  const std::string host(url.host());
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(url.port());
}

Failure failureOf(const Ending& ending) {
  const std::string place = placeOf(*ending.url);
  switch (ending.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorKind::kResolve,
              "resolve " + std::string(ending.url->host()) + ": " + wordsOf(ending)};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {ErrorKind::kResolve, "resolve the proxy: " + wordsOf(ending)};
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
      return {ErrorKind::kConnect, "connect to " + place + ": " + wordsOf(ending)};
    case CURLE_PROXY:
      return proxyFailure(ending);
    case CURLE_OPERATION_TIMEDOUT:
      return timeout(ending);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_SHUTDOWN_FAILED:
      return {ErrorKind::kTls, "TLS with " + place + ": " + wordsOf(ending)};
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return lost(ending);
    case CURLE_HTTP2_STREAM:
      return streamFailure(ending);
    case CURLE_OUT_OF_MEMORY:
      return wantOfMemory(ending);
    case CURLE_URL_MALFORMAT:
      return {ErrorKind::kUrl, wordsOf(ending)};
    default:
      return {ErrorKind::kProtocol, place + ": " + wordsOf(ending)};
  }
}

}  // namespace forage::curl
