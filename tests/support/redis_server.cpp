#include "support/redis_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace forage::test {

namespace {

using SteadyClock = std::chrono::steady_clock;
using Answer = RedisServer::Answer;

constexpr std::chrono::seconds kStartLimit{30};
constexpr int kStartAttempts = 5;  // another process may take the port first
constexpr int kPollMillis = 5;
constexpr int kNotFound = 127;

struct FreeContext {
  void operator()(redisContext* context) const noexcept { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using ContextPtr = std::unique_ptr<redisContext, FreeContext>;
using ReplyPtr = std::unique_ptr<redisReply, FreeReply>;

/// A TCP port that was free a moment ago.
std::uint16_t freePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  const bool bound = fd >= 0 && ::bind(fd, raw, size) == 0 && ::getsockname(fd, raw, &size) == 0;
  if (fd >= 0) ::close(fd);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

Answer answerOf(const redisReply& reply) {
  using Type = Answer::Type;
  Answer answer;
  answer.integer = reply.integer;
  if (reply.str != nullptr) answer.text.assign(reply.str, reply.len);
  switch (reply.type) {
    case REDIS_REPLY_NIL:
      answer.type = Type::kNil;
      break;
    case REDIS_REPLY_ERROR:
      answer.type = Type::kError;
      break;
    case REDIS_REPLY_INTEGER:
      answer.type = Type::kInteger;
      break;
    case REDIS_REPLY_ARRAY:
      answer.type = Type::kArray;
      for (std::size_t i = 0; i < reply.elements; ++i) {
        answer.items.push_back(answerOf(*reply.element[i]));
      }
      break;
    default:
      answer.type = Type::kText;
  }
  return answer;
}

ReplyPtr ask(redisContext* context, const std::vector<std::string>& arguments) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& argument : arguments) {
    texts.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  return ReplyPtr(static_cast<redisReply*>(
      redisCommandArgv(context, static_cast<int>(arguments.size()), texts.data(), sizes.data())));
}

ContextPtr connectTo(const std::filesystem::path& socket) {
  ContextPtr context(redisConnectUnixWithTimeout(socket.c_str(), timeval{10, 0}));
  if (!context || context->err != 0) return nullptr;
  redisSetTimeout(context.get(), timeval{30, 0});
  return context;
}

/// In the child: nothing here may allocate or lock.
[[noreturn]] void become(const char* config, bool sentinel, int log, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  const char* const mode = sentinel ? "--sentinel" : nullptr;
  ::execlp("redis-server", "redis-server", config, mode, nullptr);
  ::_exit(kNotFound);
}

}  // namespace

RedisServer::RedisServer(RedisConfig config) : config_(std::move(config)) {
  if (config_.tls && config_.tls_files.empty()) makeCertificates();
  for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
    chooseAddresses();
    writeConfig();
    if (start(true)) return;
  }
  throw std::runtime_error("redis-server does not start:\n" + log());
}

RedisServer::~RedisServer() {
  end(SIGKILL);  // a paused process takes no other signal
  if (::testing::Test::HasFailure()) std::cerr << "redis-server said:\n" << log();
}

void RedisServer::makeCertificates() const {
  CertificateAuthority authority(folder_.path(), "ca");
  (void)authority.issue("server", config_.tls_names);
}

void RedisServer::chooseAddresses() {
  port_ = freePort();
  tls_port_ = 0;
  bus_port_ = 0;
  while (config_.tls && (tls_port_ == 0 || tls_port_ == port_)) tls_port_ = freePort();
  while (config_.cluster && (bus_port_ == 0 || bus_port_ == port_ || bus_port_ == tls_port_)) {
    bus_port_ = freePort();
  }
}

void RedisServer::writeConfig() const {
  std::ofstream file(folder_.path() / "redis.conf");
  file << "bind 127.0.0.1\nport " << port_ << "\nunixsocket " << socket().string()
       << "\nunixsocketperm 700\ndir " << folder_.path().string()
       << "\nsave \"\"\ndaemonize no\nloglevel notice\n";
  if (config_.tls) {
    const std::string files = tlsFiles().string();
    file << "tls-port " << tls_port_ << "\ntls-cert-file " << files << "/server.crt\ntls-key-file "
         << files << "/server.key\ntls-ca-cert-file " << files << "/ca.pem\ntls-auth-clients no\n";
  }
  if (config_.cluster) {
    file << "cluster-enabled yes\ncluster-announce-ip 127.0.0.1\ncluster-port " << bus_port_
         << "\nrepl-diskless-sync-delay 0\n";
    if (config_.tls) file << "tls-cluster yes\ntls-replication yes\n";
  }
  if (!config_.password.empty()) file << "requirepass \"" << config_.password << "\"\n";
  for (const std::string& line : config_.lines) file << line << '\n';
}

// False: it has ended, as it does where its port is taken.
bool RedisServer::start(bool loaded) {
  spawn();
  const auto limit = SteadyClock::now() + kStartLimit;
  while (SteadyClock::now() < limit) {
    if (hasExited()) return false;
    const ContextPtr context = connectTo(socket());
    const ReplyPtr reply = context ? ask(context.get(), {"PING"}) : nullptr;
    if (reply) {
      const Answer answer = answerOf(*reply);
      // Without a password, NOAUTH: it is up. While it loads: LOADING.
      if (!loaded || !answer.text.starts_with("LOADING")) return true;
    }
    ::poll(nullptr, 0, kPollMillis);
  }
  end(SIGKILL);
  throw std::runtime_error("redis-server does not answer:\n" + log());
}

void RedisServer::spawn() {
  const std::string config = (folder_.path() / "redis.conf").string();
  const std::string log_file = (folder_.path() / "redis.log").string();
  const int log_fd = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(config.c_str(), config_.sentinel, log_fd, parent);
  if (log_fd >= 0) ::close(log_fd);
  if (pid_ < 0) throw std::runtime_error("cannot start a process");
}

bool RedisServer::hasExited() {
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  pid_ = -1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotFound) {
    throw std::runtime_error("redis-server is not installed");
  }
  return true;
}

void RedisServer::end(int signal_number) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal_number);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

void RedisServer::stop() { end(SIGTERM); }
void RedisServer::kill() { end(SIGKILL); }

void RedisServer::pause() {
  ::kill(pid_, SIGSTOP);
  int status = 0;
  ::waitpid(pid_, &status, WUNTRACED);  // returns once it stands
}

void RedisServer::resume() { ::kill(pid_, SIGCONT); }

void RedisServer::restart(bool loaded) {
  // The port may still be held by a connection that closes.
  for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
    if (start(loaded)) return;
  }
  throw std::runtime_error("redis-server does not start again:\n" + log());
}

RedisServer::Answer RedisServer::command(const std::vector<std::string>& arguments) const {
  const ContextPtr context = connectTo(socket());
  if (!context) throw std::runtime_error("redis-server takes no connection:\n" + log());
  if (!config_.password.empty() && !ask(context.get(), {"AUTH", config_.password})) {
    throw std::runtime_error("redis-server does not answer AUTH:\n" + log());
  }
  const ReplyPtr reply = ask(context.get(), arguments);
  if (!reply) throw std::runtime_error("redis-server does not answer:\n" + log());
  return answerOf(*reply);
}

long long RedisServer::info(const std::string& field) const {
  const std::string text = command({"INFO", "everything"}).text;
  const std::size_t at = text.find("\n" + field + ":");
  if (at == std::string::npos) throw std::runtime_error("INFO knows no " + field);
  return std::strtoll(text.c_str() + at + field.size() + 2, nullptr, 10);
}

std::string RedisServer::url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
std::string RedisServer::tlsUrl() const {
  return "rediss://127.0.0.1:" + std::to_string(tls_port_);
}

std::string RedisServer::log() const {
  std::ostringstream text;
  text << std::ifstream(folder_.path() / "redis.log").rdbuf();
  return text.str();
}

}  // namespace forage::test
