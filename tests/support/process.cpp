#include "support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace forage::test {
namespace {

constexpr std::size_t kPiece = 16u << 10;
constexpr int kPiecesInPipe = 4;  // 64 KiB, unless somebody changed it

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

class Descriptor final {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset(int fd = -1) noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
  Descriptor read;
  Descriptor write;
};

/// A file in memory that holds `text`, at its beginning.
int inputOf(const std::string& text) {
  Descriptor file(::memfd_create("input", MFD_CLOEXEC));
  if (file.get() < 0) fail("memfd");
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t size = ::write(file.get(), text.data() + at, text.size() - at);
    if (size < 0) fail("write");
    at += static_cast<std::size_t>(size);
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file.release();
}

/// A socket: who writes to it is not ended by a signal when nobody reads.
void openInput(Descriptor& input, Descriptor& other_end) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("socketpair");
  input.reset(ends[0]);
  other_end.reset(ends[1]);
}

std::vector<std::string> environmentOf(const ProcessSpec& spec) {
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string name(text.substr(0, text.find('=')));
    const bool dropped =
        spec.environment.contains(name) ||
        std::find(spec.without.begin(), spec.without.end(), name) != spec.without.end();
    if (!dropped) all.emplace_back(text);
  }
  for (const auto& [name, value] : spec.environment) all.push_back(name + '=' + value);
  return all;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

struct Child {
  char* const* arguments;
  char* const* environment;
  const char* folder;  // null: stay
  int input;
  int out;
  int err;
  int failed;  // errno is written there when it cannot be started
  int death_signal;
  pid_t parent;
};

/// In the child: nothing here may allocate or lock.
[[noreturn]] void become(const Child& child) {
  ::prctl(PR_SET_PDEATHSIG, child.death_signal);
  if (::getppid() != child.parent) ::_exit(127);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::dup2(child.input, STDIN_FILENO);
  ::dup2(child.out, STDOUT_FILENO);
  ::dup2(child.err, STDERR_FILENO);
  if (child.folder == nullptr || ::chdir(child.folder) == 0) {
    ::execvpe(child.arguments[0], child.arguments, child.environment);
  }
  const int error = errno;
  [[maybe_unused]] const ssize_t written = ::write(child.failed, &error, sizeof error);
  ::_exit(127);
}

/// Appends what `fd` holds; returns false at its end.
bool drain(int fd, std::string& to) {
  std::array<char, kPiece> bytes;
  const ssize_t size = ::read(fd, bytes.data(), bytes.size());
  if (size > 0) to.append(bytes.data(), static_cast<std::size_t>(size));
  return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

ProcessResult reap(pid_t pid) {
  ProcessResult result;
  int status = 0;
  rusage usage{};
  while (::wait4(pid, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.peak_memory = static_cast<std::size_t>(usage.ru_maxrss) * 1024;
  return result;
}

}  // namespace

Process::Process(const ProcessSpec& spec) {
  if (spec.command.empty()) throw std::runtime_error("no command");
  Pipe out;
  Pipe err;
  Pipe failed;
  Descriptor input;
  Descriptor input_end;
  if (spec.keeps_input_open) {
    openInput(input, input_end);
  } else {
    input.reset(inputOf(spec.input));
  }
  std::vector<std::string> arguments = spec.command;
  std::vector<std::string> environment = environmentOf(spec);
  const std::vector<char*> argv = pointersTo(arguments);
  const std::vector<char*> envp = pointersTo(environment);
  const Child child{
      argv.data(),        envp.data(),       spec.folder.empty() ? nullptr : spec.folder.c_str(),
      input.get(),        out.write.get(),   err.write.get(),
      failed.write.get(), spec.death_signal, ::getpid()};
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) become(child);
  failed.write.reset();
  int error = 0;
  if (::read(failed.read.get(), &error, sizeof error) == static_cast<ssize_t>(sizeof error)) {
    reap(pid_);
    errno = error;
    fail("cannot run " + spec.command[0]);
  }
  out.write.reset();
  err.write.reset();
  // Not by its wrapper: the header of glibc 2.36 declares it with C++ linkage.
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (handle < 0) {
    ::kill(pid_, SIGKILL);
    reap(pid_);
    fail("pidfd_open");
  }
  input_ = input_end.release();
  watcher_ = std::thread(
      [this, o = out.read.release(), e = err.read.release(), handle] { watch(o, e, handle); });
  if (input_ >= 0) write(spec.input);
}

Process::~Process() {
  signal(SIGKILL);
  watcher_.join();
  if (input_ >= 0) ::close(input_);
}

void Process::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t sent = ::send(input_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) return;  // it has ended
    if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Process::endInput() const { ::shutdown(input_, SHUT_WR); }

void Process::watch(int out, int err, int handle) {
  const Descriptor out_end(out);
  const Descriptor err_end(err);
  const Descriptor handle_end(handle);
  ::fcntl(out, F_SETFL, O_NONBLOCK);
  ::fcntl(err, F_SETFL, O_NONBLOCK);
  std::array<pollfd, 3> watched{{{out, POLLIN, 0}, {err, POLLIN, 0}, {handle, POLLIN, 0}}};
  while (watched[2].revents == 0) {
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    const std::lock_guard lock(mutex_);
    if (watched[0].revents != 0 && !drain(out, out_)) watched[0].fd = -1;
    if (watched[1].revents != 0 && !drain(err, err_)) watched[1].fd = -1;
    changed_.notify_all();
  }
  // It has ended, but for what it left in the pipes. Its own children may hold them open, and go on
  // writing: no more is read than pipes hold.
  const std::lock_guard lock(mutex_);
  for (int piece = 0; piece < kPiecesInPipe; ++piece) {
    drain(out, out_);
    drain(err, err_);
  }
  result_ = reap(pid_);
  changed_.notify_all();
}

bool Process::running() const {
  const std::lock_guard lock(mutex_);
  return !result_;
}

std::string Process::out() const {
  const std::lock_guard lock(mutex_);
  return out_;
}

std::string Process::err() const {
  const std::lock_guard lock(mutex_);
  return err_;
}

void Process::signal(int number) const {
  // Reaped under the same lock: its id cannot be another's.
  const std::lock_guard lock(mutex_);
  if (!result_) ::kill(pid_, number);
}

bool Process::waitForText(std::string_view text, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  const auto written = [&] {
    return out_.find(text) != std::string::npos || err_.find(text) != std::string::npos;
  };
  changed_.wait_for(lock, limit, [&] { return result_ || written(); });
  return written();
}

ProcessResult Process::wait(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  const auto ended = [this] { return result_.has_value(); };
  if (!changed_.wait_for(lock, limit, ended)) {
    ::kill(pid_, SIGKILL);
    changed_.wait(lock, ended);
    throw std::runtime_error("it did not end in time; it wrote:\n" + out_ + "\n" + err_);
  }
  ProcessResult result = *result_;
  result.out = out_;
  result.err = err_;
  return result;
}

ProcessResult runProcess(const ProcessSpec& spec, std::chrono::milliseconds limit) {
  return Process(spec).wait(limit);
}

}  // namespace forage::test
