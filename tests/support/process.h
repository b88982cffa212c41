// A child process of a test: started, watched, ended. What it writes is collected while it runs. It
// is killed with the object, and when the thread that started it ends, so that no test leaves one
// behind. Thread-safe.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace forage::test {

struct ProcessSpec {
  std::vector<std::string> command;  ///< program (a path, or a name to look for in PATH), arguments
  std::map<std::string, std::string> environment;  ///< set beside what the test has itself
  std::vector<std::string> without;                ///< variables of the test that it does not get
  std::filesystem::path folder;                    ///< to run in; that of the test if empty
  std::string input;                               ///< what it reads from its standard input
  bool keeps_input_open = false;                   ///< for write(); `input` comes first
  int death_signal = SIGKILL;  ///< when the test ends first: SIGTERM for those with children
};

struct ProcessResult {
  int exit_code = -1;  ///< -1 when a signal ended it
  int signal = 0;      ///< that ended it, or 0
  std::string out;
  std::string err;
  /// Bytes, resident. Never less than the test itself had when it started the process.
  std::size_t peak_memory = 0;
};

class Process final {
 public:
  /// Starts it. Throws std::runtime_error: it cannot be started.
  explicit Process(const ProcessSpec& spec);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] bool running() const;
  /// What it has written so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

  /// Gives it more to read; what it does not read any more is lost. REQUIRES: keeps_input_open.
  void write(std::string_view text) const;
  /// Nothing more is to be read.
  void endInput() const;

  /// Sends a signal; nothing once it has ended.
  void signal(int number) const;
  /// Waits until `text` stands in what it has written to either stream; false when it ends, or
  /// `limit` passes, before.
  bool waitForText(std::string_view text, std::chrono::milliseconds limit = kLimit);
  /// Waits for its end. Throws std::runtime_error, with what it wrote, when `limit` passes before;
  /// it is killed then.
  ProcessResult wait(std::chrono::milliseconds limit = kLimit);

  static constexpr std::chrono::milliseconds kLimit{60'000};

 private:
  void watch(int out, int err, int handle);

  pid_t pid_ = -1;
  int input_ = -1;            // of keeps_input_open
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::string out_;
  std::string err_;
  std::optional<ProcessResult> result_;  // once it has been reaped
  std::thread watcher_;
};

/// Runs to its end.
ProcessResult runProcess(const ProcessSpec& spec,
                         std::chrono::milliseconds limit = Process::kLimit);

}  // namespace forage::test
