// What one fetch costs a session of the http and of the curl plugin: pages of 2 KiB over kept
// connections, from a server in a process of its own. Reads as CPU time of the session's thread,
// system calls included.
#include <benchmark/benchmark.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "conformance/scripted_server.h"
#include "forage/clock.h"
#include "forage/fetcher.h"
#include "forage/plugin.h"
#include "forage/url.h"
#include "support/plugin_library.h"

namespace {

using forage::Fetched;
using forage::FetchId;

/// Answers each packet with one page, whatever it says.
class PageServer {
 public:
  PageServer() {
    if (::listen(socket_.fd(), 1024) < 0) throw std::runtime_error("cannot listen");
    child_ = ::fork();
    if (child_ == 0) serve();
  }
  ~PageServer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(socket_.port()) + "/page/12345.html";
  }

 private:
  [[noreturn]] void serve() const {
    // What nginx says of a small file.
    const std::string page = forage::conformance::okResponse(
        std::string(2048, 'x'),
        "Server: nginx/1.22.1\r\nDate: Thu, 02 Nov 2023 10:00:00 GMT\r\n"
        "Content-Type: text/html\r\nLast-Modified: Thu, 02 Nov 2023 09:00:00 GMT\r\n"
        "Connection: keep-alive\r\nETag: \"65436f10-800\"\r\nAccept-Ranges: bytes\r\n");
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    const auto watch = [epoll](int fd) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = fd;
      ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    };
    watch(socket_.fd());
    std::array<epoll_event, 64> events;
    for (;;) {
      const int n = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == socket_.fd()) {
          watch(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC));
          continue;
        }
        std::array<char, 4096> buffer;
        if (::recv(fd, buffer.data(), buffer.size(), 0) > 0) {
          ::send(fd, page.data(), page.size(), MSG_NOSIGNAL);
        } else {
          ::close(fd);
        }
      }
    }
  }

  forage::conformance::BoundSocket socket_;
  pid_t child_ = -1;
};

double threadSeconds() {
  timespec spent{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

/// Accepts connections, in the backlog, and never answers.
class SilentServer {
 public:
  SilentServer() {
    if (::listen(socket_.fd(), 4096) < 0) throw std::runtime_error("cannot listen");
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(socket_.port()) + "/";
  }

 private:
  forage::conformance::BoundSocket socket_;
};

void allowDescriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// As many pages in flight as the first argument says, beside fetches that wait for a slow server:
// the second one.
void fetchPages(benchmark::State& state, const char* plugin) {
  allowDescriptors();
  const PageServer server;
  const SilentServer silent;
  const forage::SystemClock clock;
  const auto fetcher = forage::test::loadPlugin(plugin).make_fetcher({}, {clock});
  const auto session = fetcher->open();
  const forage::Url url = forage::Url::parse(server.url()).value();
  const forage::Url silent_url = forage::Url::parse(silent.url()).value();
  forage::Headers fields;
  fields.add("User-Agent", "forage/0.1.0");
  fields.add("Accept", "*/*");
  fields.add("Accept-Encoding", "gzip, br, zstd");
  const forage::Request request{"GET", &url, fields.view(), {}};
  const forage::Request waiting{"GET", &silent_url, fields.view(), {}};
  const forage::FetchLimits patient{.connect_timeout = forage::kForever,
                                    .max_time = forage::kForever};
  FetchId next = 0;
  for (std::int64_t i = 0; i < state.range(1); ++i) session->start(++next, waiting, patient);
  for (std::int64_t i = 0; i < state.range(0); ++i) session->start(++next, request, {});
  std::vector<Fetched> done;
  std::int64_t pages = 0;
  for (auto _ : state) {
    const double before = threadSeconds();
    const std::int64_t until = pages + 1000;
    while (pages < until) {
      done.clear();
      session->wait(forage::kNever, done);
      for (const Fetched& fetched : done) {
        if (!std::holds_alternative<forage::Response>(fetched.result)) {
          state.SkipWithError("a fetch failed");
          return;
        }
        ++pages;
        session->start(++next, request, {});
      }
    }
    state.SetIterationTime(threadSeconds() - before);
  }
  state.SetItemsProcessed(pages);
  state.counters["per_page"] = benchmark::Counter(
      static_cast<double>(pages), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void loads(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"pages", "waiting"})->UseManualTime()->Unit(benchmark::kMillisecond);
  bench->Args({1, 0})->Args({16, 0})->Args({256, 0})->Args({16, 1000});
}

BENCHMARK_CAPTURE(fetchPages, http, "http")->Apply(loads);
BENCHMARK_CAPTURE(fetchPages, curl, "curl")->Apply(loads);

}  // namespace

BENCHMARK_MAIN();
