#include "support/scripted_dns.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <stdexcept>

namespace forage::test {

namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint16_t kTypeA = 1;
constexpr std::uint16_t kTypeAaaa = 28;

void append16(std::string& out, std::size_t value) {
  out += static_cast<char>((value >> 8) & 0xff);
  out += static_cast<char>(value & 0xff);
}

// One resource record whose name points back at the question.
void appendRecord(std::string& out, std::uint16_t type, std::uint32_t ttl,
                  const std::string& address) {
  append16(out, 0xc000 | kHeader);
  append16(out, type);
  append16(out, 1);
  append16(out, ttl >> 16);
  append16(out, ttl & 0xffff);
  std::array<char, 16> bytes{};
  const std::size_t size = type == kTypeA ? 4 : 16;
  if (::inet_pton(type == kTypeA ? AF_INET : AF_INET6, address.c_str(), bytes.data()) != 1) {
    throw std::invalid_argument(address);
  }
  append16(out, size);
  out.append(bytes.data(), size);
}

}  // namespace

ScriptedDns::ScriptedDns(std::map<std::string, DnsRecord> records) : records_(std::move(records)) {
  socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) < 0 ||
      ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) < 0) {
    throw std::runtime_error("cannot bind a UDP socket");
  }
  port_ = ntohs(address.sin_port);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { serve(); });
}

ScriptedDns::~ScriptedDns() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_, &one, sizeof one);
  thread_.join();
  ::close(socket_);
  ::close(stop_);
}

std::string ScriptedDns::address() const { return "127.0.0.1:" + std::to_string(port_); }

void ScriptedDns::serve() {
  for (;;) {
    std::array<pollfd, 2> items{{{socket_, POLLIN, 0}, {stop_, POLLIN, 0}}};
    ::poll(items.data(), items.size(), -1);
    if (items[1].revents != 0) return;
    std::array<char, 2048> buffer;
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t n = ::recvfrom(socket_, buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    if (n <= static_cast<ssize_t>(kHeader)) continue;
    ++queries_;
    const std::string answer = answerTo({buffer.data(), static_cast<std::size_t>(n)});
    if (answer.empty()) continue;
    ::sendto(socket_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
  }
}

std::string ScriptedDns::answerTo(const std::string& query) const {
  std::string name;
  std::size_t at = kHeader;
  while (at < query.size() && query[at] != 0) {
    const std::size_t length = static_cast<unsigned char>(query[at]);
    if (!name.empty()) name += '.';
    for (const char c : query.substr(at + 1, length)) {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    at += length + 1;
  }
  if (at + 5 > query.size()) return "";
  const auto type = static_cast<std::uint16_t>(static_cast<unsigned char>(query[at + 1]) << 8 |
                                               static_cast<unsigned char>(query[at + 2]));
  const auto record = records_.find(name);
  if (record != records_.end() && record->second.silent) return "";
  const bool known = record != records_.end();
  const std::vector<std::string> none;
  const auto& addresses = !known              ? none
                          : type == kTypeA    ? record->second.v4
                          : type == kTypeAaaa ? record->second.v6
                                              : none;
  std::string answer = query.substr(0, 2);
  append16(answer, known ? 0x8580 : 0x8583);  // authoritative; NXDOMAIN where unknown
  append16(answer, 1);
  append16(answer, addresses.size());
  append16(answer, 0);
  append16(answer, 0);
  answer += query.substr(kHeader, at + 5 - kHeader);
  for (const std::string& address : addresses) {
    appendRecord(answer, type, record->second.ttl, address);
  }
  return answer;
}

}  // namespace forage::test
