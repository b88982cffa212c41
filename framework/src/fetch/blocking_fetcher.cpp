// Sessions of a BlockingFetcher: threads that each run one blocking call, behind the interface of
// many fetches in flight on one thread.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#include <set>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "forage/error.h"
#include "forage/fetcher.h"

namespace forage {

namespace {

TimePoint deadlineAfter(TimePoint now, Millis span) noexcept {
  const auto room = std::chrono::duration_cast<Millis>(kNever - now);
  return span >= room ? kNever : now + span;
}

/// A request with all that it refers to: a fetch that was cancelled or ran out of time may still be
/// inside the blocking call when the caller's request is gone.
struct Task {
  Task(FetchId fetch_id, const Request& request, const FetchLimits& fetch_limits, TimePoint now)
      : id(fetch_id),
        method(request.method),
        url(*request.url),
        headers(request.headers.block()),
        body(request.body),
        limits(fetch_limits),
        deadline(deadlineAfter(now, fetch_limits.max_time)) {}

  FetchId id;
  std::string method;
  Url url;
  std::string headers;
  std::string body;
  FetchLimits limits;
  TimePoint deadline;
  std::stop_source stop;
  bool begun = false;  // guarded by the session's mutex
};

using TaskPtr = std::shared_ptr<Task>;

Failure timeout(const FetchLimits& limits) {
  return {ErrorKind::kTimeout, "no complete response within max_time, " +
                                   std::to_string(limits.max_time.count()) + " ms"};
}

/// The response, if it keeps the contract of Fetcher.
std::variant<Response, Failure> checked(Response&& response, const FetchLimits& limits) {
  if (response.status < 200 || response.status > 999) {
    return Failure{ErrorKind::kProtocol,
                   "status " + std::to_string(response.status) + " is no final one"};
  }
  if (response.body.size() > limits.max_filesize) {
    return Failure{ErrorKind::kTooLarge, "the body is larger than max_filesize, " +
                                             std::to_string(limits.max_filesize) + " bytes"};
  }
  if (response.headers.block().size() > limits.max_header_bytes) {
    return Failure{ErrorKind::kTooLarge, "the header is larger than max_header_size, " +
                                             std::to_string(limits.max_header_bytes) + " bytes"};
  }
  return std::move(response);
}

/// Runs the blocking call: every way it can end but bad_alloc is a value.
std::variant<Response, Failure> runFetch(BlockingFetcher& fetcher, const Task& task,
                                         const FetchLimits& limits) {
  const Request request{task.method, &task.url, HeadersView(task.headers), task.body};
  try {
    return checked(fetcher.fetch(request, limits, task.stop.get_token()), limits);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const FetchError& error) {
    // "No error" is no way to fail.
    const ErrorKind kind = error.kind() == ErrorKind::kNone ? ErrorKind::kProtocol : error.kind();
    return Failure{kind, error.message()};
  } catch (const Poco::Exception& error) {
    return Failure{ErrorKind::kProtocol, error.displayText()};
  } catch (const std::exception& error) {
    return Failure{ErrorKind::kProtocol, error.what()};
  } catch (...) {
    return Failure{ErrorKind::kProtocol, "the fetcher threw what is no exception"};
  }
}

class BlockingSession final : public FetchSession {
 public:
  explicit BlockingSession(BlockingFetcher& fetcher) : fetcher_(fetcher) {}

  ~BlockingSession() override {
    std::vector<TaskPtr> running;
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
      queue_.clear();
      running.assign(running_.begin(), running_.end());
    }
    work_.notify_all();
    for (const TaskPtr& task : running) task->stop.request_stop();
    for (std::thread& thread : threads_) thread.join();
  }

  void start(FetchId id, const Request& request, const FetchLimits& limits) override {
    auto task = std::make_shared<Task>(id, request, limits, std::chrono::steady_clock::now());
    const std::lock_guard lock(mutex_);
    live_.emplace(id, task);
    deadlines_.emplace(task->deadline, id);
    queue_.push_back(std::move(task));
    if (queue_.size() > idle_ && threads_.size() < BlockingFetcher::kMaxThreads) addThread();
    work_.notify_one();
  }

  void cancel(FetchId id) override {
    TaskPtr task;
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(ended_, [id](const Fetched& fetched) { return fetched.id == id; });
      task = take(id);
      if (task && !task->begun) std::erase(queue_, task);
    }
    // Outside the lock: callbacks of the fetch run here.
    if (task) task->stop.request_stop();
  }

  void wait(TimePoint until, std::vector<Fetched>& done) override {
    std::vector<TaskPtr> late;
    std::exception_ptr crash;
    {
      std::unique_lock lock(mutex_);
      waitUntilReady(lock, until, late);
      woken_ = false;
      std::move(ended_.begin(), ended_.end(), std::back_inserter(done));
      ended_.clear();
      crash = std::exchange(crash_, nullptr);
    }
    for (const TaskPtr& task : late) task->stop.request_stop();
    if (crash) std::rethrow_exception(crash);
  }

  void wake() noexcept override {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    ready_.notify_one();
  }

 private:
  void waitUntilReady(std::unique_lock<std::mutex>& lock, TimePoint until,
                      std::vector<TaskPtr>& late) {
    while (ended_.empty() && !woken_ && !crash_) {
      const TimePoint now = std::chrono::steady_clock::now();
      expire(now, late);
      if (!ended_.empty() || now >= until) return;
      TimePoint next = until;
      if (!deadlines_.empty()) next = std::min(next, deadlines_.begin()->first);
      if (next == kNever) {
        ready_.wait(lock);
      } else {
        ready_.wait_until(lock, next);
      }
    }
  }

  /// REQUIRES: the mutex is held.
  void addThread() {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {
      // With a thread at least, what is queued still has its turn.
      if (!threads_.empty()) return;
      const TaskPtr task = std::move(queue_.back());
      queue_.pop_back();
      end(*task, 0, Failure{ErrorKind::kConnect, std::string("no thread: ") + error.what()});
    }
  }

  /// The body of each thread.
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      ++idle_;
      work_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      --idle_;
      if (closing_) return;
      const TaskPtr task = std::move(queue_.front());
      queue_.pop_front();
      task->begun = true;
      running_.insert(task);
      lock.unlock();
      run(task);
      lock.lock();
      running_.erase(task);
    }
  }

  void run(const TaskPtr& task) {
    try {
      const TimePoint now = std::chrono::steady_clock::now();
      FetchLimits limits = task->limits;
      if (task->deadline != kNever) {
        // Time spent waiting for a thread is part of max_time.
        limits.max_time = std::max(Millis(1), std::chrono::duration_cast<Millis>(
                                                  task->deadline - std::min(now, task->deadline)));
      }
      auto result = runFetch(fetcher_, *task, limits);
      const std::lock_guard lock(mutex_);
      end(*task, 1, std::move(result));
    } catch (const std::bad_alloc&) {
      const std::lock_guard lock(mutex_);
      crash_ = std::current_exception();
      ready_.notify_one();
    }
  }

  /// Takes a fetch out of those to be reported. Null when it was reported or cancelled.
  /// REQUIRES: the mutex is held.
  TaskPtr take(FetchId id) {
    const auto found = live_.find(id);
    if (found == live_.end()) return nullptr;
    TaskPtr task = std::move(found->second);
    live_.erase(found);
    deadlines_.erase({task->deadline, id});
    return task;
  }

  /// Reports how `task` ended, unless it was cancelled or has been reported; its id may be in use
  /// again by then. REQUIRES: the mutex is held.
  void end(const Task& task, std::uint32_t requests, std::variant<Response, Failure>&& result) {
    const auto found = live_.find(task.id);
    if (found == live_.end() || found->second.get() != &task) return;
    Fetched fetched{task.id, requests, 0, false, std::move(result)};
    if (const auto* response = std::get_if<Response>(&fetched.result)) {
      fetched.wire_bytes = response->headers.block().size() + response->body.size();
    }
    const TaskPtr kept = take(task.id);
    ended_.push_back(std::move(fetched));
    ready_.notify_one();
  }

  /// Reports what has run out of time, whatever its thread is doing. REQUIRES: the mutex is held.
  void expire(TimePoint now, std::vector<TaskPtr>& late) {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      TaskPtr task = take(deadlines_.begin()->second);
      if (!task->begun) std::erase(queue_, task);
      ended_.push_back({task->id, task->begun ? 1u : 0u, 0, false, timeout(task->limits)});
      late.push_back(std::move(task));
    }
  }

  BlockingFetcher& fetcher_;
  std::mutex mutex_;                                   // guards all below but threads_
  std::condition_variable work_;                       // for the threads: the queue, or the end
  std::condition_variable ready_;                      // for wait(): something ended, or wake()
  std::map<FetchId, TaskPtr> live_;                    // neither reported nor cancelled
  std::set<std::pair<TimePoint, FetchId>> deadlines_;  // of live_
  std::deque<TaskPtr> queue_;                          // no thread has begun them
  std::set<TaskPtr> running_;                          // a thread is inside the blocking call
  std::vector<Fetched> ended_;                         // for the next wait()
  std::exception_ptr crash_;                           // bad_alloc of a thread, for wait()
  std::size_t idle_ = 0;
  bool woken_ = false;
  bool closing_ = false;
  std::vector<std::thread> threads_;  // owned by the session's thread
};

}  // namespace

BlockingFetcher::~BlockingFetcher() = default;

std::unique_ptr<FetchSession> BlockingFetcher::open() {
  return std::make_unique<BlockingSession>(*this);
}

}  // namespace forage
