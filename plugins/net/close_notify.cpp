#include "net/close_notify.h"

#include <openssl/ssl.h>

namespace forage::net {

void requireCloseNotify(void* context) noexcept {
  SSL_CTX_clear_options(static_cast<SSL_CTX*>(context), SSL_OP_IGNORE_UNEXPECTED_EOF);
}

bool hasCloseNotify(const void* ssl) noexcept {
  return (SSL_get_shutdown(static_cast<const SSL*>(ssl)) & SSL_RECEIVED_SHUTDOWN) != 0;
}

}  // namespace forage::net
