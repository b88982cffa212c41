#include "signal_watch.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <system_error>

#include "forage/report.h"
#include "terminal.h"

namespace forage::app {

namespace {

sigset_t stopSignals() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

[[noreturn]] void endAtOnce() noexcept { ::_exit(static_cast<int>(ExitCode::kInterrupted)); }

/// timeout(1) signals the command and then its process group, so that two come for one: what comes
/// within this time of the first is the first.
constexpr std::int64_t kOneSignal = 500;  // ms

std::atomic<std::int64_t> first_taken{0};
static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a signal handler reads it");

std::int64_t steadyMillis() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // as std::chrono's, and sure in a signal handler
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

extern "C" void takeAgain(int) {
  if (steadyMillis() - first_taken.load() > kOneSignal) endAtOnce();
}

}  // namespace

void SignalWatch::block() noexcept {
  const sigset_t set = stopSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

SignalWatch::SignalWatch(Terminal& terminal) : terminal_(terminal) {
  const sigset_t set = stopSignals();
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  quit_ = ::eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || quit_ < 0) {
    throw std::system_error(errno, std::generic_category(), "signals cannot be watched");
  }
  thread_ = std::thread([this] { watch(); });
}

SignalWatch::~SignalWatch() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(quit_, &one, sizeof one));
  thread_.join();
  ::close(signals_);
  ::close(quit_);
}

std::stop_token SignalWatch::token() noexcept {
  graceful_ = true;
  return stop_.get_token();
}

void SignalWatch::watch() {
  pollfd fds[] = {{signals_, POLLIN, 0}, {quit_, POLLIN, 0}};
  while (true) {
    if (::poll(fds, 2, -1) < 0 && errno != EINTR) return;
    if ((fds[1].revents & POLLIN) != 0) return;
    signalfd_siginfo info{};
    if (::read(signals_, &info, sizeof info) == sizeof info) take();
  }
}

void SignalWatch::take() {
  if (!graceful_) endAtOnce();
  first_taken = steadyMillis();
  stop_.request_stop();
  // From here on a handler does it, in this thread: the next signal ends the process even while the
  // notice below hangs in a terminal that was stopped.
  struct sigaction action {};
  action.sa_handler = takeAgain;
  const sigset_t set = stopSignals();
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  terminal_.notice("stopping: what is in flight may finish; once more to end at once");
}

}  // namespace forage::app
