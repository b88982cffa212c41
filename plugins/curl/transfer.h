// Transfer: one fetch over one easy handle. libcurl moves the bytes; what a response is, where it
// ends and what is refused is decided by the reader that the http plugin uses
// (docs/adr/0014-libcurl-moves-bytes.md). Owned by one thread, on which libcurl calls it back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "forage/clock.h"
#include "forage/fetcher.h"
#include "handles.h"
#include "kept_connections.h"
#include "net/response_reader.h"
#include "options.h"
#include "request_fields.h"

namespace forage::curl {

/// What the transfers of a session share. Outlives them.
struct Shared {
  const Options& options;
  const Clock& clock;
  Share share;  ///< of libcurl: TLS sessions
  KeptConnections kept;
};

class Transfer final {
 public:
  /// REQUIRES: a request with a URL and a usable method, and limits that leave some time.
  /// Throws std::bad_alloc, Error.
  Transfer(Shared& shared, FetchId id, const Request& request, const FetchLimits& limits,
           SharedLines lines);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// True if it has ended only because the connection that it was given is no good: nothing was
  /// sent. Makes ready for another one.
  [[nodiscard]] bool wantsAnotherConnection();

  /// How the fetch has ended, once libcurl says so. Throws std::bad_alloc, and what a callback
  /// threw.
  [[nodiscard]] Fetched end(CURLcode code);

  /// Told of each descriptor that libcurl waits for.
  void waitsFor(int fd) noexcept { fd_ = fd; }

  [[nodiscard]] CURL* easy() const noexcept { return easy_.get(); }
  [[nodiscard]] FetchId id() const noexcept { return id_; }
  [[nodiscard]] static Transfer& of(CURL* easy);

 private:
  // transfer_setup.cpp: what libcurl is told
  void setCallbacks();
  void setRules();
  void setTls();
  void setTrust(CURLoption file, CURLoption folder);
  void setProxy(const Proxy& proxy);
  void setVersion();
  void setRequest();
  void setLimits(Millis max_time);
  void setAddresses();

  static std::size_t onHeader(char* bytes, std::size_t one, std::size_t size, void* self) noexcept;
  static std::size_t onBody(char* bytes, std::size_t one, std::size_t size, void* self) noexcept;
  static int onDebug(CURL* easy, curl_infotype type, char* bytes, std::size_t size,
                     void* self) noexcept;
  static int onRequest(void* self, char* peer, char* own, int peer_port, int own_port) noexcept;
  static int onProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept;
  static curl_socket_t onOpen(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
  static CURLcode onTlsContext(CURL* easy, void* context, void* self) noexcept;

  template <class Action>
  bool guarded(Action action) noexcept;
  void takeHeader(std::string_view line);
  void takeTrailer(std::string_view line);
  void takeBody(std::string_view bytes);
  void takeRaw(std::string_view bytes);
  void refuse(ErrorKind kind, std::string message);
  [[nodiscard]] bool isRefused() const noexcept;
  [[nodiscard]] bool isReused() const noexcept;
  [[nodiscard]] bool hasCloseNotify() const noexcept;
  [[nodiscard]] std::variant<Response, Failure> outcome(CURLcode code);

  Shared& shared_;
  Easy easy_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  const FetchId id_;
  const Request request_;
  const FetchLimits limits_;
  const TimePoint begun_;
  const SharedLines lines_;
  net::ResponseReader reader_;
  KeptConnections::Ports ports_;
  int fd_ = -1;
  std::uint32_t requests_ = 0;
  std::uint64_t wire_bytes_ = 0;
  std::uint64_t body_bytes_ = 0;  // as libcurl takes the body out of its framing
  std::size_t trailer_bytes_ = 0;
  bool may_be_http2_ = false;
  bool is_http2_ = false;
  bool is_raw_ = false;    // the body is read as it comes, framing and all
  bool is_stale_ = false;  // the connection
  bool shakes_hands_ = false;
  bool has_close_notify_ = false;
  bool keeps_public_ = false;       // only public addresses will do
  bool is_not_public_ = false;      // an address that was refused for it
  bool tries_public_ = false;       // one that was not
  std::optional<Failure> refusal_;  // beside the reader's
  std::exception_ptr thrown_;       // in a callback
};

}  // namespace forage::curl
