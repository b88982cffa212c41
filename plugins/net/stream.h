// Stream: a non-blocking byte stream over TCP or a unix socket, plain or under TLS. Owned and used
// by one thread. It writes without raising SIGPIPE, and under TLS verifies chain and host name,
// however slow the handshake is. Connecting in one blocking call: connect.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/tls_context.h"

namespace Poco::Net {
class SocketAddress;
}

namespace forage::net {

/// What became of one step of I/O.
enum class Io : std::uint8_t {
  kDone,
  kWantRead,   ///< call again when the descriptor is readable
  kWantWrite,  ///< call again when the descriptor is writable
  kEnd,        ///< the peer ended the stream in order: FIN on plain, close_notify under TLS
  kError,      ///< see error(); the stream is of no further use
};

/// What an Io::kError was.
enum class Fault : std::uint8_t {
  kNone,
  kLost,  ///< refused, reset, unreachable, or (TLS) ended without close_notify
  kTls,   ///< handshake, verification, or a broken record
};

class Stream final {
 public:
  /// Begins to connect to `address`; never null. kDone: connected; kWantWrite: call
  /// finishConnect() when writable; kError: errorCode() is the errno, also EMFILE and, for a unix
  /// socket whose backlog is full, EAGAIN. A descriptor of `fd_limit` or more counts as none to be
  /// had (EMFILE): nothing is sent.
  [[nodiscard]] static std::unique_ptr<Stream> connect(
      const Poco::Net::SocketAddress& address, Io& result,
      int fd_limit = std::numeric_limits<int>::max());
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] Io finishConnect();

  /// Puts TLS on the connected stream: call handshake() next. `host` is a name or an address, and
  /// what the certificate must be for. Throws FetchError (kTls): the context cannot be built.
  void startTls(const std::shared_ptr<TlsContext>& context, const std::string& host,
                std::uint16_t port);
  /// Continues the handshake; kDone once chain and host name are verified. Without TLS: kDone.
  [[nodiscard]] Io handshake();

  /// Reads what there is into `buffer`, at most its size; `n` bytes with kDone. Call it until
  /// kWantRead: bytes that TLS holds back never make the descriptor readable.
  /// REQUIRES: a buffer that is not empty.
  [[nodiscard]] Io read(std::span<char> buffer, std::size_t& n);

  /// Writes of `parts`, one after the other, what fits now; `n` bytes with kDone, which may be
  /// fewer than there are. After kWantWrite or kWantRead (TLS) the same bytes come first again.
  [[nodiscard]] Io write(std::span<const std::string_view> parts, std::size_t& n);
  [[nodiscard]] Io write(std::string_view bytes, std::size_t& n) { return write({&bytes, 1}, n); }

  /// True if nothing has been received that nobody has read, and the peer has not ended the
  /// stream: what has to hold before an idle connection serves another request.
  [[nodiscard]] bool isQuiet();

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] bool isTls() const noexcept { return tls_ != nullptr; }
  /// True if the handshake resumed an earlier session.
  [[nodiscard]] bool isResumed() const noexcept;
  /// The cause of the last kError, such as "Connection refused"; names no host.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  [[nodiscard]] int errorCode() const noexcept { return error_code_; }
  [[nodiscard]] Fault fault() const noexcept { return fault_; }

 private:
  struct Socket;
  struct Tls;

  explicit Stream(std::unique_ptr<Socket> socket);
  Io fail(int error_number);
  Io failTls(std::string what);
  Io tlsResult(int result);
  Io writeTls(std::span<const std::string_view> parts, std::size_t& n);

  int fd_ = -1;
  int error_code_ = 0;
  Fault fault_ = Fault::kNone;
  std::string error_;
  std::unique_ptr<Socket> socket_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace forage::net
