// Runs one command and writes what it took: seconds of wall clock and processor, peak memory.
// Small and static on purpose: the peak that the kernel reports for a process includes that of its
// parent until exec, so a runner in Python would hide whatever is smaller than itself.
// usage: measure RESULT.json LIMIT_SECONDS COMMAND [ARGUMENT...]
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace {

double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// In a group of its own, so that its children can be ended with it, and with signals as usual.
int spawn(pid_t& pid, char** command, const sigset_t& usual) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigmask(&attributes, &usual);
  const int error = posix_spawnp(&pid, command[0], nullptr, &attributes, command, environ);
  posix_spawnattr_destroy(&attributes);
  return error;
}

// Waits for the child to end; kills its group when the limit passes or this process is asked to
// end. Returns whether it was killed.
bool await(pid_t pid, double limit, const sigset_t& signals, int& status, rusage& usage) {
  const double end = now() + limit;
  bool killed = false;
  while (wait4(pid, &status, killed ? 0 : WNOHANG, &usage) != pid) {
    const double left = end - now();
    timespec wait{};
    if (left > 0) {
      wait.tv_sec = static_cast<time_t>(left);
      wait.tv_nsec = static_cast<long>((left - static_cast<double>(wait.tv_sec)) * 1e9);
    }
    const int signal = sigtimedwait(&signals, nullptr, &wait);
    if (signal == SIGCHLD || (signal < 0 && errno == EINTR)) continue;
    kill(-pid, SIGKILL);
    killed = true;
  }
  return killed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: measure RESULT.json LIMIT_SECONDS COMMAND [ARGUMENT...]\n", stderr);
    return 2;
  }
  sigset_t signals;
  sigset_t usual;
  sigemptyset(&signals);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, &usual);
  prctl(PR_SET_PDEATHSIG, SIGTERM);

  pid_t pid = 0;
  const double begin = now();
  if (const int error = spawn(pid, argv + 3, usual)) {
    std::fprintf(stderr, "measure: %s: %s\n", argv[3], std::strerror(error));
    return 127;
  }
  int status = 0;
  rusage usage{};
  const bool killed = await(pid, std::atof(argv[2]), signals, status, usage);
  const double wall = now() - begin;

  std::FILE* out = std::fopen(argv[1], "w");
  if (out == nullptr) return 3;
  std::fprintf(out,
               "{\"wall\": %.6f, \"user\": %.6f, \"sys\": %.6f, \"peak_kib\": %ld, \"exit\": %d, "
               "\"killed\": %s}\n",
               wall, seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss,
               WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
               killed ? "true" : "false");
  return std::fclose(out) == 0 ? 0 : 3;
}
