// Session: fetches in flight on one thread, over one multi handle of libcurl, driven by an epoll
// instance of ours: only descriptors that are ready cost anything. Owned by one thread, except
// wake().
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "forage/clock.h"
#include "forage/fetcher.h"
#include "handles.h"
#include "options.h"
#include "request_fields.h"
#include "transfer.h"

namespace forage::curl {

class Session final : public FetchSession {
 public:
  /// `options` and `clock` outlive it. Throws Error: no epoll instance, eventfd or handle.
  Session(const Options& options, const Clock& clock);
  ~Session() override;

  void start(FetchId id, const Request& request, const FetchLimits& limits) override;
  void cancel(FetchId id) override;
  void wait(TimePoint until, std::vector<Fetched>& done) override;
  void wake() noexcept override;

 private:
  struct Descriptor {
    int fd = -1;
    ~Descriptor();
  };

  static int onSocket(CURL* easy, curl_socket_t fd, int what, void* self, void* known) noexcept;
  static int onTimer(CURLM* multi, long millis, void* self) noexcept;

  void setUp();
  void fail(FetchId id, ErrorKind kind, std::string message);
  bool handleEvents(int timeout);
  void runTimer();
  void collect();
  void settle(Transfer& transfer, CURLcode code);
  void limitIdle();
  [[nodiscard]] int timeoutUntil(TimePoint until) const;

  Shared shared_;
  Descriptor epoll_;
  Descriptor waker_;
  std::atomic<bool> woken_{false};
  TimePoint timer_ = kNever;  // when libcurl wants to be called
  RequestFields fields_;
  std::vector<Fetched> done_;
  Multi multi_;
  std::unordered_map<FetchId, std::unique_ptr<Transfer>> transfers_;
};

}  // namespace forage::curl
