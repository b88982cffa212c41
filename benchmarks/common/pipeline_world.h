// Whole runs of one group without a network: a list of URLs in a file, a fetcher that answers at
// once, and the memory cache of this build, which stays warm from run to run.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "forage/runner.h"
#include "support/plugin_library.h"

namespace forage::bench {

/// What nginx says of a small file.
inline constexpr const char* kFields =
    "Server: nginx/1.22.1\r\nDate: Thu, 02 Nov 2023 10:00:00 GMT\r\n"
    "Content-Type: text/html\r\nContent-Length: 2048\r\n"
    "Last-Modified: Thu, 02 Nov 2023 09:00:00 GMT\r\nConnection: keep-alive\r\n"
    "ETag: \"65436f10-800\"\r\nCache-Control: max-age=86400\r\nAccept-Ranges: bytes\r\n";

/// Answers every request with one page of 2 KiB.
class EchoFetcher final : public Fetcher {
 public:
  class Session final : public FetchSession {
   public:
    void start(FetchId id, const Request&, const FetchLimits&) override {
      Response response;
      response.status = 200;
      response.reason = "OK";
      response.headers = Headers(kFields);
      response.body.assign(2048, 'x');
      done_.push_back({id, 1, 2200, true, std::move(response)});
    }
    void cancel(FetchId) override {}
    void wait(TimePoint, std::vector<Fetched>& done) override { done.swap(done_); }
    void wake() noexcept override {}

   private:
    std::vector<Fetched> done_;
  };
  std::unique_ptr<FetchSession> open() override { return std::make_unique<Session>(); }
};

class PipelineWorld {
 public:
  PipelineWorld(std::size_t count, RunObserver* observer) {
    file_ = std::filesystem::temp_directory_path() /
            ("forage-pipeline-bench-" + std::to_string(::getpid()) + ".txt");
    std::ofstream out(file_);
    for (std::size_t i = 0; i < count; ++i) {
      out << "http://127.0.0.1:8080/p" << i / 1000 << "/page-" << i << ".html\n";
    }
    GroupSpec group;
    group.name = "pages";
    group.urls_file = file_;
    job_.fetch.parallel_max = job_.fetch.parallel_max_host = 16;
    job_.groups.push_back(std::move(group));
    Settings::Values values;
    values["max_size"] = {std::int64_t{512} << 20, ""};
    RunParts parts;
    parts.cache = test::loadPlugin("memory").make_cache(Settings("cache.memory", std::move(values)),
                                                        {clock_});
    parts.fetcher = std::make_unique<EchoFetcher>();
    runner_ = std::make_unique<Runner>(job_, std::move(parts), clock_, observer);
  }
  ~PipelineWorld() { std::filesystem::remove(file_); }
  PipelineWorld(const PipelineWorld&) = delete;
  PipelineWorld& operator=(const PipelineWorld&) = delete;

  Report run() { return runner_->run({}); }

 private:
  SystemClock clock_;
  Job job_;
  std::filesystem::path file_;
  std::unique_ptr<Runner> runner_;
};

}  // namespace forage::bench
