#include "transfer.h"

#include <new>
#include <utility>

#include "failure.h"
#include "forage/address_space.h"
#include "net/close_notify.h"

namespace forage::curl {

namespace {

constexpr std::string_view kHttp1 = "HTTP/1";
constexpr std::string_view kHttp2 = "HTTP/2 ";
// A kept connection that dies is replaced once.
constexpr std::uint32_t kMostRequests = 2;

}  // namespace

Transfer::Transfer(Shared& shared, FetchId id, const Request& request, const FetchLimits& limits,
                   SharedLines lines)
    : shared_(shared),
      easy_(curl_easy_init()),
      id_(id),
      request_(request),
      limits_(limits),
      begun_(shared.clock.now()),
      lines_(std::move(lines)) {
  if (!easy_) throw std::bad_alloc();
  reader_.begin({limits.max_header_bytes, limits.max_filesize}, request.method == "HEAD");
  setCallbacks();
  setRules();
  setVersion();
  setRequest();
  setLimits(limits.max_time);
  setAddresses();
}

Transfer& Transfer::of(CURL* easy) {
  char* self = nullptr;
  check(curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self));
  return *reinterpret_cast<Transfer*>(self);
}

bool Transfer::wantsAnotherConnection() {
  if (!std::exchange(is_stale_, false)) return false;
  set(easy(), CURLOPT_FRESH_CONNECT, 1L);
  if (limits_.max_time != kForever) {
    const auto spent = std::chrono::ceil<Millis>(shared_.clock.now() - begun_);
    setLimits(limits_.max_time - spent);
  }
  return true;
}

// An exception must not pass through libcurl: it waits for end().
template <class Action>
bool Transfer::guarded(Action action) noexcept {
  try {
    if (!thrown_) action();
  } catch (...) {
    thrown_ = std::current_exception();
  }
  return !isRefused();
}

bool Transfer::isRefused() const noexcept { return thrown_ || refusal_ || reader_.failure(); }

std::size_t Transfer::onHeader(char* bytes, std::size_t, std::size_t size, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  return transfer.guarded([&] { transfer.takeHeader({bytes, size}); }) ? size : 0;
}

std::size_t Transfer::onBody(char* bytes, std::size_t, std::size_t size, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  return transfer.guarded([&] { transfer.takeBody({bytes, size}); }) ? size : 0;
}

int Transfer::onDebug(CURL*, curl_infotype type, char* bytes, std::size_t size,
                      void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  if (type == CURLINFO_DATA_IN) transfer.guarded([&] { transfer.takeRaw({bytes, size}); });
  return 0;
}

int Transfer::onProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  // libcurl 7.88 takes a FIN for the end of a stream. This is the last call before it lets go of
  // the connection.
  if (transfer.is_raw_ && transfer.request_.url->isHttps()) {
    transfer.has_close_notify_ = transfer.hasCloseNotify();
  }
  // libcurl would go on with a body that nobody waits for.
  const bool is_answered = transfer.reader_.isComplete() &&
                           static_cast<std::uint64_t>(sent) < transfer.request_.body.size();
  return is_answered || transfer.isRefused() ? 1 : 0;
}

bool Transfer::hasCloseNotify() const noexcept {
  const curl_tlssessioninfo* tls = nullptr;
  return curl_easy_getinfo(easy(), CURLINFO_TLS_SSL_PTR, &tls) == CURLE_OK &&
         tls->internals != nullptr && net::hasCloseNotify(tls->internals);
}

// Called before each request goes out, a repeated one too.
int Transfer::onRequest(void* self, char* peer, char*, int peer_port, int own_port) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.ports_ = {own_port, peer_port};
  const bool is_wanted = !transfer.keeps_public_ || isPublicHost(peer).value_or(false);
  // A new connection may have another address; onOpen() sees to that.
  transfer.is_stale_ =
      transfer.isReused() && !(is_wanted && transfer.shared_.kept.isQuiet(transfer.ports_));
  if (!is_wanted) transfer.is_not_public_ = !transfer.is_stale_;
  if (!is_wanted || transfer.is_stale_ || transfer.requests_ == kMostRequests)
    return CURL_PREREQFUNC_ABORT;
  ++transfer.requests_;
  // Should this connection turn out to be dead, its replacement is a new one. Not where the new one
  // may be shared: the streams that a server turns away when it ends a connection are many.
  if (!transfer.may_be_http2_) curl_easy_setopt(transfer.easy(), CURLOPT_FRESH_CONNECT, 1L);
  return CURL_PREREQFUNC_OK;
}

bool Transfer::isReused() const noexcept {
  long connects = 0;
  return curl_easy_getinfo(easy(), CURLINFO_NUM_CONNECTS, &connects) == CURLE_OK && connects == 0;
}

// A line of a head, or a trailer.
void Transfer::takeHeader(std::string_view line) {
  if (!reader_.expectsHead()) return takeTrailer(line);
  wire_bytes_ += line.size();
  if (may_be_http2_ && line.starts_with(kHttp2)) {
    is_http2_ = true;
    // The reader's status line; libcurl makes this one up, the protocol has none.
    std::string status_line("HTTP/1.1 ");
    status_line.append(line.substr(kHttp2.size()));
    reader_.feed(status_line);
    return;
  }
  if (shared_.options.http_version == HttpVersion::k2 && !is_http2_ && line.starts_with(kHttp1)) {
    return refuse(ErrorKind::kProtocol, "server does not speak HTTP/2");
  }
  reader_.feed(line);
  if (is_http2_ || reader_.expectsHead() || isRefused()) return;
  // From here on onDebug() gets what comes as it comes.
  is_raw_ = true;
  set(easy(), CURLOPT_VERBOSE, 1L);
}

// Those of HTTP/1 are read with the chunks.
void Transfer::takeTrailer(std::string_view line) {
  if (is_raw_) return;
  wire_bytes_ += line.size();
  trailer_bytes_ += line.size();
  if (trailer_bytes_ <= limits_.max_header_bytes) return;
  refuse(ErrorKind::kTooLarge,
         "trailers are over the limit of " + std::to_string(limits_.max_header_bytes) + " bytes");
}

void Transfer::takeBody(std::string_view bytes) {
  body_bytes_ += bytes.size();
  if (is_raw_) return;
  wire_bytes_ += bytes.size();
  reader_.feed(bytes);
}

void Transfer::takeRaw(std::string_view bytes) {
  if (!is_raw_) return;
  wire_bytes_ += bytes.size();
  const bool has_leftover = reader_.feed(bytes) < bytes.size();
  if (has_leftover) set(easy(), CURLOPT_FORBID_REUSE, 1L);
}

void Transfer::refuse(ErrorKind kind, std::string message) {
  refusal_ = Failure{kind, std::move(message)};
}

Fetched Transfer::end(CURLcode code) {
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  Fetched fetched;
  fetched.id = id_;
  fetched.requests = requests_;
  fetched.wire_bytes = wire_bytes_;
  fetched.reused = requests_ != 0 && isReused();
  fetched.result = outcome(code);
  const bool is_kept = is_raw_ && code == CURLE_OK && !fetched.reused;
  if (is_kept && fd_ >= 0) shared_.kept.learn(ports_, fd_);
  return fetched;
}

std::variant<Response, Failure> Transfer::outcome(CURLcode code) {
  if (code == CURLE_OK) reader_.end(is_http2_ || !request_.url->isHttps() || has_close_notify_);
  const Failure& failure = refusal_ ? *refusal_ : reader_.failure();
  if (failure) {
    return Failure{failure.kind, placeOf(*request_.url) + ": " + failure.message};
  }
  if (is_not_public_ && !tries_public_) {
    return Failure{ErrorKind::kPolicy,
                   std::string(request_.url->host()) + " has no public address"};
  }
  if (!reader_.isComplete()) {
    return failureOf({.easy = easy(),
                      .code = code,
                      .url = request_.url,
                      .limits = limits_,
                      .text = error_.data(),
                      .shakes_hands = shakes_hands_,
                      .was_asked = requests_ != 0,
                      .has_begun = reader_.hasStarted()});
  }
  Response response = reader_.takeResponse();
  if (response.body.size() != body_bytes_) {
    return Failure{ErrorKind::kProtocol,
                   placeOf(*request_.url) + ": body ends in two places, by two readings"};
  }
  return response;
}

}  // namespace forage::curl
