// A DNS server over UDP on loopback that answers as it is told: with addresses, with "no such
// name", or not at all. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace forage::test {

/// What is said about one name. Neither addresses nor anything else: there is no such name.
struct DnsRecord {
  std::vector<std::string> v4 = {};
  std::vector<std::string> v6 = {};
  bool silent = false;  ///< never answered
  std::uint32_t ttl = 60;
};

class ScriptedDns final {
 public:
  /// Names in lower case, without the final dot.
  explicit ScriptedDns(std::map<std::string, DnsRecord> records);
  ~ScriptedDns();
  ScriptedDns(const ScriptedDns&) = delete;
  ScriptedDns& operator=(const ScriptedDns&) = delete;

  /// "127.0.0.1:PORT".
  [[nodiscard]] std::string address() const;
  /// Queries received so far.
  [[nodiscard]] std::size_t queries() const noexcept { return queries_; }

 private:
  void serve();
  [[nodiscard]] std::string answerTo(const std::string& query) const;

  const std::map<std::string, DnsRecord> records_;
  int socket_ = -1;
  int stop_ = -1;  // eventfd
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> queries_{0};
  std::thread thread_;
};

}  // namespace forage::test
