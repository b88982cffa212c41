// A real nginx of one test's own: one worker, in a temporary folder, on a free port of the loopback
// interface, with generated pages of 2 KiB. Ended with the object. An nginx that is not installed
// throws: a failure, never a skip. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/temporary_folder.h"

namespace forage::test {

class NginxServer final {
 public:
  static constexpr std::size_t kPageBytes = 2048;

  /// Makes pages 0 to `pages` - 1; returns when it answers. `directives` go into its server block;
  /// for a log of theirs there is the format "protocol": version, ALPN ("-": none), connection.
  /// Throws std::runtime_error, with its log.
  explicit NginxServer(std::size_t pages, const std::string& directives = {});
  ~NginxServer();
  NginxServer(const NginxServer&) = delete;
  NginxServer& operator=(const NginxServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// "http://127.0.0.1:8080", without a path.
  [[nodiscard]] std::string url() const;
  /// "/page/7.html", and what it holds: always kPageBytes bytes.
  [[nodiscard]] static std::string pagePath(std::size_t number);
  [[nodiscard]] static std::string pageText(std::size_t number);
  [[nodiscard]] std::string pageUrl(std::size_t number) const { return url() + pagePath(number); }
  /// Where further files can be put.
  [[nodiscard]] std::filesystem::path root() const { return folder_.path() / "www"; }

  /// Targets of all requests whose answers have been sent, in order, from its access log.
  [[nodiscard]] std::vector<std::string> requests() const;
  [[nodiscard]] std::size_t requestCount() const { return requests().size(); }

 private:
  void writePages(std::size_t pages) const;
  void writeConfig(const std::string& directives) const;
  bool start();
  [[nodiscard]] bool answers() const;

  TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace forage::test
