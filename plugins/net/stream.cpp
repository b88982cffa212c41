#include "net/stream.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "forage/error.h"
#include "net/tls_state.h"

namespace forage::net {

namespace {

constexpr std::size_t kMaxParts = 256;          // of one sendmsg
constexpr std::size_t kTlsChunk = 16u * 1024u;  // the most that one TLS record carries

bool isAddress(const std::string& host) {
  in6_addr bytes{};
  return ::inet_pton(AF_INET, host.c_str(), &bytes) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &bytes) == 1;
}

}  // namespace

struct Stream::Socket {
  Poco::Net::StreamSocket socket;  // closes the descriptor
};

struct Stream::Tls : TlsLink {
  ~Tls() {
    // One close_notify, as a courtesy; never after a fatal error (SSL_shutdown(3)).
    if (ssl && !fatal && SSL_is_init_finished(ssl.get()) == 1) {
      ERR_clear_error();
      SSL_shutdown(ssl.get());
      ERR_clear_error();
    }
  }
};

Stream::Stream(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {
  if (socket_) fd_ = socket_->socket.impl()->sockfd();
}

Stream::~Stream() { tls_.reset(); }  // before the socket that it writes to

std::unique_ptr<Stream> Stream::connect(const Poco::Net::SocketAddress& address, Io& result,
                                        int fd_limit) {
  int fd = ::socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= fd_limit) {
    ::close(fd);
    fd = -1;
    errno = EMFILE;
  }
  if (fd < 0) {
    std::unique_ptr<Stream> none(new Stream(nullptr));
    result = none->fail(errno);
    return none;
  }
  auto socket = std::make_unique<Socket>(
      Socket{Poco::Net::StreamSocket(new Poco::Net::StreamSocketImpl(fd))});
  std::unique_ptr<Stream> stream(new Stream(std::move(socket)));
  int outcome = 0;
  do {
    outcome = ::connect(fd, address.addr(), address.length());
  } while (outcome < 0 && errno == EINTR);
  const int error_number = outcome < 0 ? errno : 0;
  if (address.family() != Poco::Net::SocketAddress::UNIX_LOCAL) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  result = error_number == 0             ? Io::kDone
           : error_number == EINPROGRESS ? Io::kWantWrite
                                         : stream->fail(error_number);
  return stream;
}

Io Stream::finishConnect() {
  int error_number = 0;
  socklen_t size = sizeof error_number;
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error_number, &size) < 0) error_number = errno;
  return error_number == 0 ? Io::kDone : fail(error_number);
}

void Stream::startTls(const std::shared_ptr<TlsContext>& context, const std::string& host,
                      std::uint16_t port) {
  TlsContext::State& state = context->state();
  ERR_clear_error();
  auto tls = std::make_unique<Tls>();
  tls->owner = context;
  tls->session_key = host + ':' + std::to_string(port);
  tls->fd = fd_;
  tls->ssl.reset(SSL_new(state.context.get()));
  BIO* bio = tls->ssl ? BIO_new(state.bio_method.get()) : nullptr;
  if (bio == nullptr) throw FetchError(ErrorKind::kTls, "TLS: " + takeOpenSslError());
  SSL* ssl = tls->ssl.get();
  BIO_set_data(bio, static_cast<TlsLink*>(tls.get()));
  SSL_set_bio(ssl, bio, bio);
  SSL_set_app_data(ssl, static_cast<TlsLink*>(tls.get()));
  std::string name = host;
  if (!name.empty() && name.back() == '.') name.pop_back();  // certificates carry no root dot
  bool named = false;
  if (isAddress(name)) {
    named = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // An empty name would turn the check off.
    named = !name.empty() && SSL_set1_host(ssl, name.c_str()) == 1 &&
            SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
  }
  if (!named) throw FetchError(ErrorKind::kTls, "TLS: the host name cannot be verified");
  if (const SslSessionPtr session = state.findSession(tls->session_key)) {
    SSL_set_session(ssl, session.get());
  }
  SSL_set_connect_state(ssl);
  tls_ = std::move(tls);
}

Io Stream::handshake() {
  if (!tls_) return Io::kDone;
  ERR_clear_error();
  errno = 0;
  const Io io = tlsResult(SSL_do_handshake(tls_->ssl.get()));
  if (io == Io::kEnd) return fail(ECONNRESET);
  if (io != Io::kError) return io;
  const long verdict = SSL_get_verify_result(tls_->ssl.get());
  if (verdict != X509_V_OK) {
    failTls(std::string("certificate: ") + X509_verify_cert_error_string(verdict));
  }
  return io;
}

// Turns the result of an SSL_ function into ours. A leftover in OpenSSL's error queue would be
// taken for an error of this connection, so each caller empties the queue first.
Io Stream::tlsResult(int result) {
  if (result == 1) return Io::kDone;
  switch (SSL_get_error(tls_->ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Io::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Io::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Io::kEnd;
    case SSL_ERROR_SYSCALL:
      tls_->fatal = true;
      return fail(tls_->at_end ? ECONNRESET : tls_->error_number);
    default:
      break;
  }
  tls_->fatal = true;
  const unsigned long code = ERR_peek_error();
  if (tls_->at_end && ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    ERR_clear_error();
    fail(ECONNRESET);
    error_ = "connection ended without close_notify";
    return Io::kError;
  }
  return failTls(takeOpenSslError());
}

Io Stream::read(std::span<char> buffer, std::size_t& n) {
  n = 0;
  if (tls_) {
    ERR_clear_error();
    return tlsResult(SSL_read_ex(tls_->ssl.get(), buffer.data(), buffer.size(), &n));
  }
  ssize_t received = -1;
  do {
    received = ::recv(fd_, buffer.data(), buffer.size(), 0);
  } while (received < 0 && errno == EINTR);
  if (received > 0) {
    n = static_cast<std::size_t>(received);
    return Io::kDone;
  }
  if (received == 0) return Io::kEnd;
  return errno == EAGAIN || errno == EWOULDBLOCK ? Io::kWantRead : fail(errno);
}

Io Stream::write(std::span<const std::string_view> parts, std::size_t& n) {
  n = 0;
  if (tls_) return writeTls(parts, n);
  std::array<iovec, kMaxParts> pieces;
  std::size_t count = 0;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (count == pieces.size()) break;
    pieces[count++] = {const_cast<char*>(part.data()), part.size()};
  }
  if (count == 0) return Io::kDone;
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = count;
  ssize_t sent = -1;
  do {
    sent = count == 1 ? ::send(fd_, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL)
                      : ::sendmsg(fd_, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Io::kWantWrite : fail(errno);
  n = static_cast<std::size_t>(sent);
  return Io::kDone;
}

// Small parts are put together, so that a request is one record. The same parts give the same
// record again, as SSL_write asks for after WANT_WRITE.
Io Stream::writeTls(std::span<const std::string_view> parts, std::size_t& n) {
  std::array<char, kTlsChunk> record;
  std::string_view bytes;
  std::size_t filled = 0;
  for (const std::string_view part : parts) {
    const std::size_t size = std::min(part.size(), record.size() - filled);
    if (size != 0) std::memcpy(record.data() + filled, part.data(), size);
    filled += size;
    if (filled == record.size()) break;
  }
  if (filled == 0) return Io::kDone;
  ERR_clear_error();
  return tlsResult(SSL_write_ex(tls_->ssl.get(), record.data(), filled, &n));
}

bool Stream::isQuiet() {
  char byte = 0;
  if (tls_) {
    ERR_clear_error();
    std::size_t n = 0;
    return tlsResult(SSL_peek_ex(tls_->ssl.get(), &byte, 1, &n)) == Io::kWantRead;
  }
  return ::recv(fd_, &byte, 1, MSG_PEEK) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool Stream::isResumed() const noexcept { return tls_ && SSL_session_reused(tls_->ssl.get()) == 1; }

Io Stream::fail(int error_number) {
  fault_ = Fault::kLost;
  error_code_ = error_number;
  error_ = error_number == 0 ? "connection lost" : std::generic_category().message(error_number);
  return Io::kError;
}

Io Stream::failTls(std::string what) {
  fault_ = Fault::kTls;
  error_code_ = 0;
  error_ = std::move(what);
  return Io::kError;
}

}  // namespace forage::net
