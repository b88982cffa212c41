// A real redis-server, or sentinel, of one test's own: in a temporary folder, on a unix socket, a
// free TCP port and, if asked for, a TLS port with a certificate made on the spot. Ended with the
// object, by its process id, also when it is paused. A redis-server that is not installed throws: a
// failure, never a skip. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/certificates.h"
#include "support/temporary_folder.h"

namespace forage::test {

struct RedisConfig {
  bool tls = false;
  std::string tls_names = "DNS:localhost,IP:127.0.0.1";  ///< in the server's certificate
  std::filesystem::path tls_files{};  ///< holds ca.pem, server.crt, server.key; empty: made
  std::string password{};             ///< of the default user; "" for none
  std::vector<std::string> lines{};   ///< for redis.conf: "maxmemory 2mb"
  bool cluster = false;               ///< a node of a cluster, alone until it meets others
  bool sentinel = false;              ///< a sentinel; whom it watches is for `lines` to say
};

class RedisServer {
 public:
  /// What it answers to a command.
  struct Answer {
    enum class Type { kNil, kText, kError, kInteger, kArray };
    Type type = Type::kNil;
    std::string text;
    long long integer = 0;
    std::vector<Answer> items;
  };

  /// Returns when it answers. Throws std::runtime_error, with its log.
  explicit RedisServer(RedisConfig config = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::uint16_t tlsPort() const noexcept { return tls_port_; }
  /// Where the nodes of a cluster talk to each other. REQUIRES: cluster.
  [[nodiscard]] std::uint16_t busPort() const noexcept { return bus_port_; }
  [[nodiscard]] std::filesystem::path socket() const { return folder_.path() / "redis.sock"; }
  /// The authority of its certificate. REQUIRES: tls.
  [[nodiscard]] std::filesystem::path caFile() const { return tlsFiles() / "ca.pem"; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  // Without user and password.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string unixUrl() const { return "redis+unix://" + socket().string(); }
  [[nodiscard]] std::string tlsUrl() const;

  /// Sends one command over the unix socket, signed in as the default user.
  /// Throws std::runtime_error: no answer.
  Answer command(const std::vector<std::string>& arguments) const;
  /// A number of INFO, such as "total_connections_received".
  [[nodiscard]] long long info(const std::string& field) const;

  void stop();    ///< SIGTERM: as an operator does
  void kill();    ///< SIGKILL
  void pause();   ///< SIGSTOP
  void resume();  ///< SIGCONT
  /// Starts it again on the same ports. REQUIRES: stopped or killed. Returns when it answers; with
  /// `loaded` false, also while it still loads its data.
  void restart(bool loaded = true);

  [[nodiscard]] std::string log() const;

 private:
  [[nodiscard]] const std::filesystem::path& tlsFiles() const noexcept {
    return config_.tls_files.empty() ? folder_.path() : config_.tls_files;
  }
  void makeCertificates() const;
  void chooseAddresses();
  void writeConfig() const;
  bool start(bool loaded);
  void spawn();
  bool hasExited();
  void end(int signal_number);

  RedisConfig config_;
  TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;
  std::uint16_t bus_port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace forage::test
