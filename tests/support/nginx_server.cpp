#include "support/nginx_server.h"

#include <arpa/inet.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace forage::test {
namespace {

using std::chrono::steady_clock;

constexpr int kStartAttempts = 5;  // another process may take the port first
constexpr std::chrono::seconds kStartLimit{30};
constexpr int kPollMillis = 5;
constexpr std::string_view kSync = "/-/sync";

std::string findProgram() {
  std::istringstream folders(std::string(std::getenv("PATH") ? std::getenv("PATH") : "") +
                             ":/usr/sbin:/usr/local/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string program = folder + "/nginx";
    if (!folder.empty() && ::access(program.c_str(), X_OK) == 0) return program;
  }
  throw std::runtime_error("nginx is not installed (Debian: nginx-light)");
}

class Socket final {
 public:
  Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

sockaddr_in loopback(std::uint16_t port) noexcept {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A port that was free a moment ago.
std::uint16_t freePort() {
  const Socket socket;
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), raw, size) != 0 || ::getsockname(socket.get(), raw, &size) != 0) {
    throw std::runtime_error("no free port");
  }
  return ntohs(address.sin_port);
}

std::string textOf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

/// Root's nginx would give its worker to somebody who may not read our folder.
std::string userDirective() {
  if (::geteuid() != 0) return {};
  const passwd* const user = ::getpwuid(0);
  const group* const its_group = ::getgrgid(::getegid());
  if (user == nullptr || its_group == nullptr) return {};
  return std::string("user ") + user->pw_name + ' ' + its_group->gr_name + ";\n";
}

}  // namespace

NginxServer::NginxServer(std::size_t pages, const std::string& directives) {
  writePages(pages);
  for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
    port_ = freePort();
    writeConfig(directives);
    if (start()) return;
  }
  throw std::runtime_error("nginx does not answer: " + process_->err() +
                           textOf(folder_.path() / "error.log"));
}

NginxServer::~NginxServer() {
  if (!process_) return;
  // Killed, the master would leave its worker behind.
  process_->signal(SIGTERM);
  try {
    process_->wait(std::chrono::seconds(20));
  } catch (const std::exception&) {
    // It has been killed: nothing else can be done here.
  }
}

std::string NginxServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::string NginxServer::pagePath(std::size_t number) {
  return "/page/" + std::to_string(number) + ".html";
}

std::string NginxServer::pageText(std::size_t number) {
  std::string text = "<!DOCTYPE html><title>Page " + std::to_string(number) + "</title>\n";
  while (text.size() < kPageBytes) text += "Line of page " + std::to_string(number) + ".\n";
  text.resize(kPageBytes);
  return text;
}

void NginxServer::writePages(std::size_t pages) const {
  std::filesystem::create_directories(root() / "page");
  for (std::size_t i = 0; i < pages; ++i) write(root() / pagePath(i).substr(1), pageText(i));
}

void NginxServer::writeConfig(const std::string& directives) const {
  const std::string folder = folder_.path().string();
  std::string text = userDirective() +
                     "daemon off;\n"
                     "worker_processes 1;\n"
                     "pid " +
                     folder +
                     "/nginx.pid;\n"
                     "error_log " +
                     folder +
                     "/error.log;\n"
                     "events { worker_connections 4096; }\n"
                     "http {\n"
                     "  log_format target '$request_uri';\n"
                     "  log_format protocol '$server_protocol $ssl_alpn_protocol $connection';\n"
                     "  access_log " +
                     folder + "/access.log target;\n";
  for (const std::string kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text += "  " + kind + "_temp_path " + folder + "/" + kind + ";\n";
  }
  text +=
      "  types { text/html html; text/plain txt; }\n"
      "  keepalive_requests 1000000000;\n"
      "  sendfile on;\n"
      "  tcp_nodelay on;\n"
      "  server {\n"
      "    listen 127.0.0.1:" +
      std::to_string(port_) +
      " backlog=4096;\n"
      "    root " +
      root().string() +
      ";\n"
      "    location = " +
      std::string(kSync) + " { access_log off; return 204; }\n" + directives + "\n  }\n}\n";
  write(folder_.path() / "nginx.conf", text);
}

bool NginxServer::start() {
  const std::string folder = folder_.path().string();
  process_ =
      std::make_unique<Process>(ProcessSpec{.command = {findProgram(), "-e", folder + "/error.log",
                                                        "-p", folder, "-c", folder + "/nginx.conf"},
                                            .environment = {},
                                            .without = {},
                                            .folder = {},
                                            .input = {},
                                            .death_signal = SIGTERM});
  const auto limit = steady_clock::now() + kStartLimit;
  while (process_->running() && steady_clock::now() < limit) {
    if (answers()) return true;
    ::poll(nullptr, 0, kPollMillis);
  }
  return false;
}

bool NginxServer::answers() const {
  const Socket socket;
  const timeval limit{20, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const sockaddr_in address = loopback(port_);
  const std::string request =
      "GET " + std::string(kSync) + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    return false;
  }
  char status[12] = {};
  return ::recv(socket.get(), status, sizeof status, MSG_WAITALL) == sizeof status &&
         std::string_view(status, sizeof status) == "HTTP/1.1 204";
}

std::vector<std::string> NginxServer::requests() const {
  // The one worker handles one event after the other, and logs at the end of each: once it answers
  // this, all that was answered before stands in the log.
  if (!answers()) throw std::runtime_error("nginx does not answer");
  std::vector<std::string> targets;
  std::istringstream log(textOf(folder_.path() / "access.log"));
  for (std::string line; std::getline(log, line);) targets.push_back(line);
  return targets;
}

}  // namespace forage::test
