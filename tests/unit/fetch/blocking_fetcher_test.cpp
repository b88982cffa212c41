// The adapter between one blocking call and the interface of many fetches in flight.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

#include "forage/fetcher.h"

namespace forage {
namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds kGenerous(30);

/// Runs what the test gives it.
class ScriptedFetcher final : public BlockingFetcher {
 public:
  using Script = std::function<Response(const Request&, const FetchLimits&, std::stop_token)>;
  explicit ScriptedFetcher(Script script) : script_(std::move(script)) {}
  Response fetch(const Request& request, const FetchLimits& limits, std::stop_token stop) override {
    return script_(request, limits, std::move(stop));
  }

 private:
  Script script_;
};

/// Holds fetches until the test lets them go.
class Gate {
 public:
  void pass(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, stop, [this] { return open_; });
    --inside_;
    changed_.notify_all();
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  bool waitInside(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kGenerous, [&] { return inside_ == count; });
  }
  std::size_t inside() {
    const std::lock_guard lock(mutex_);
    return inside_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t inside_ = 0;
  bool open_ = false;
};

TimePoint soon() { return std::chrono::steady_clock::now() + kGenerous; }

std::vector<Fetched> waitFor(FetchSession& session, std::size_t count) {
  std::vector<Fetched> done;
  const TimePoint until = soon();
  while (done.size() < count && std::chrono::steady_clock::now() < until) {
    session.wait(until, done);
  }
  return done;
}

class BlockingFetcherTest : public testing::Test {
 protected:
  Request request(std::string_view method = "GET") const { return {method, &url_, {}, {}}; }

  /// How one fetch of `script` ends.
  Fetched fetchOne(ScriptedFetcher::Script script, const FetchLimits& limits = {}) {
    ScriptedFetcher fetcher(std::move(script));
    const auto session = fetcher.open();
    session->start(5, request(), limits);
    std::vector<Fetched> done = waitFor(*session, 1);
    EXPECT_EQ(done.size(), 1u);
    return done.empty() ? Fetched{} : std::move(done.front());
  }
  Failure failureOf(ScriptedFetcher::Script script, const FetchLimits& limits = {}) {
    const Fetched fetched = fetchOne(std::move(script), limits);
    const auto* failure = std::get_if<Failure>(&fetched.result);
    return failure != nullptr ? *failure : Failure{};
  }

  const Url url_ = Url::parse("http://example.com/a").value();
};

TEST_F(BlockingFetcherTest, HandsOverTheWholeRequestAndTheResponse) {
  std::string seen;
  ScriptedFetcher fetcher([&](const Request& asked, const FetchLimits& limits, std::stop_token) {
    seen = std::string(asked.method) + " " + asked.url->text() + " " +
           std::string(asked.headers.block()) + std::string(asked.body) + " " +
           std::to_string(limits.max_filesize);
    return Response{201, "Made", Headers("A: b\r\n"), "body"};
  });
  const auto session = fetcher.open();
  const std::string block = "X: y\r\n";
  FetchLimits limits;
  limits.max_filesize = 100;
  session->start(7, {"POST", &url_, HeadersView(block), "payload"}, limits);
  const std::vector<Fetched> done = waitFor(*session, 1);
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(seen, "POST http://example.com/a X: y\r\npayload 100");
  EXPECT_EQ(done[0].id, 7u);
  EXPECT_EQ(done[0].requests, 1u);
  EXPECT_EQ(done[0].wire_bytes, 10u);
  const auto& response = std::get<Response>(done[0].result);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "body");
}

TEST_F(BlockingFetcherTest, TurnsEveryExceptionIntoAFailure) {
  const auto thrown = [&](auto what) {
    return failureOf([&](auto&&...) -> Response { throw what; });
  };
  Failure failure = thrown(FetchError(ErrorKind::kTls, "bad certificate"));
  EXPECT_EQ(failure.kind, ErrorKind::kTls);
  EXPECT_EQ(failure.message, "bad certificate");
  EXPECT_EQ(thrown(FetchError(ErrorKind::kNone, "nothing")).kind, ErrorKind::kProtocol);
  failure = thrown(Poco::IOException("broken"));
  EXPECT_EQ(failure.kind, ErrorKind::kProtocol);
  EXPECT_EQ(failure.message, "I/O error: broken");
  failure = thrown(std::runtime_error("odd"));
  EXPECT_EQ(failure.kind, ErrorKind::kProtocol);
  EXPECT_EQ(failure.message, "odd");
  EXPECT_EQ(thrown(42).kind, ErrorKind::kProtocol);
}

TEST_F(BlockingFetcherTest, NeverSwallowsBadAlloc) {
  ScriptedFetcher fetcher([](auto&&...) -> Response { throw std::bad_alloc(); });
  const auto session = fetcher.open();
  session->start(1, request(), {});
  EXPECT_THROW(waitFor(*session, 1), std::bad_alloc);
}

TEST_F(BlockingFetcherTest, RefusesAResponseBeyondItsLimits) {
  FetchLimits limits;
  limits.max_filesize = 3;
  limits.max_header_bytes = 10;
  const auto answering = [&](Response response) {
    return failureOf([response](auto&&...) { return response; }, limits);
  };
  EXPECT_EQ(answering({200, "", {}, "abcd"}).kind, ErrorKind::kTooLarge);
  EXPECT_EQ(answering({200, "", Headers("Name: value\r\n"), ""}).kind, ErrorKind::kTooLarge);
  EXPECT_EQ(answering({103, "", {}, ""}).kind, ErrorKind::kProtocol);
  EXPECT_EQ(answering({0, "", {}, ""}).kind, ErrorKind::kProtocol);
  EXPECT_EQ(answering({200, "", Headers("A: b\r\n"), "abc"}).kind, ErrorKind::kNone);
}

TEST_F(BlockingFetcherTest, RunsAtMostItsThreadsAtOnceAndTheRestInTurn) {
  Gate gate;
  ScriptedFetcher fetcher([&](auto&&, auto&&, std::stop_token stop) {
    gate.pass(std::move(stop));
    return Response{200, "OK", {}, {}};
  });
  const auto session = fetcher.open();
  const std::size_t count = BlockingFetcher::kMaxThreads + 40;
  for (FetchId id = 0; id < count; ++id) session->start(id, request(), {});
  ASSERT_TRUE(gate.waitInside(BlockingFetcher::kMaxThreads));
  std::vector<Fetched> none;
  session->wait(TimePoint::min(), none);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(gate.inside(), BlockingFetcher::kMaxThreads);
  gate.open();
  std::vector<Fetched> done = waitFor(*session, count);
  ASSERT_EQ(done.size(), count);
  std::sort(done.begin(), done.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(done[i].id, i);
}

TEST_F(BlockingFetcherTest, UsesAnIdleThreadAgain) {
  std::mutex mutex;
  std::vector<std::thread::id> threads;
  ScriptedFetcher fetcher([&](auto&&...) {
    const std::lock_guard lock(mutex);
    threads.push_back(std::this_thread::get_id());
    return Response{200, "OK", {}, {}};
  });
  const auto session = fetcher.open();
  for (FetchId id = 0; id < 100; ++id) {
    session->start(id, request(), {});
    ASSERT_EQ(waitFor(*session, 1).size(), 1u);
  }
  std::sort(threads.begin(), threads.end());
  const auto distinct = std::unique(threads.begin(), threads.end()) - threads.begin();
  EXPECT_LE(distinct, 10) << "a thread per fetch would be a hundred";
}

TEST_F(BlockingFetcherTest, ReportsAFetchOutOfTimeWhateverItsThreadDoes) {
  Gate gate;
  ScriptedFetcher fetcher([&](auto&&...) {
    gate.pass({});  // deaf to its stop token
    return Response{200, "OK", {}, {}};
  });
  {
    const auto session = fetcher.open();
    FetchLimits limits;
    limits.max_time = Millis(20);
    session->start(1, request(), limits);
    ASSERT_TRUE(gate.waitInside(1));
    const std::vector<Fetched> done = waitFor(*session, 1);
    ASSERT_EQ(done.size(), 1u);
    const auto& failure = std::get<Failure>(done[0].result);
    EXPECT_EQ(failure.kind, ErrorKind::kTimeout);
    EXPECT_THAT(failure.message, HasSubstr("20 ms"));
    gate.open();
    ASSERT_TRUE(gate.waitInside(0));
    // The late answer is nobody's, also when its id is in use again.
    session->start(1, request(), {});
    EXPECT_EQ(waitFor(*session, 1).size(), 1u);
    std::vector<Fetched> more;
    session->wait(TimePoint::min(), more);
    EXPECT_TRUE(more.empty());
  }
}

TEST_F(BlockingFetcherTest, CountsTheTimeInTheQueue) {
  Gate gate;
  std::atomic<std::int64_t> left{-1};
  ScriptedFetcher fetcher([&](const Request& asked, const FetchLimits& limits, std::stop_token) {
    if (asked.method == "LATE") {
      left = limits.max_time.count();
    } else {
      gate.pass({});
    }
    return Response{200, "OK", {}, {}};
  });
  const auto session = fetcher.open();
  for (FetchId id = 0; id < BlockingFetcher::kMaxThreads; ++id) session->start(id, request(), {});
  ASSERT_TRUE(gate.waitInside(BlockingFetcher::kMaxThreads));
  FetchLimits limits;
  limits.max_time = Millis(20);
  session->start(1000, request("QUEUED"), limits);
  std::vector<Fetched> done = waitFor(*session, 1);
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(done[0].id, 1000u);
  EXPECT_EQ(done[0].requests, 0u) << "it never began";
  // One that does get its turn is told what is left of its time.
  limits.max_time = Millis(30'000);
  session->start(1001, request("LATE"), limits);
  const TimePoint began = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - began < Millis(2)) std::this_thread::yield();
  gate.open();
  EXPECT_EQ(waitFor(*session, BlockingFetcher::kMaxThreads + 1).size(),
            BlockingFetcher::kMaxThreads + 1);
  EXPECT_LT(left, 30'000);
  EXPECT_GT(left, 0);
}

TEST_F(BlockingFetcherTest, StopsAndNeverReportsWhatIsCancelled) {
  Gate gate;
  std::atomic<bool> stopped{false};
  auto url = std::make_unique<Url>(url_);
  ScriptedFetcher fetcher([&](const Request& asked, auto&&, std::stop_token stop) {
    gate.pass(stop);
    stopped = stop.stop_requested();
    EXPECT_EQ(asked.url->text(), "http://example.com/a") << "the request is the fetch's own";
    return Response{200, "OK", {}, {}};
  });
  {
    const auto session = fetcher.open();
    session->start(1, {"GET", url.get(), {}, {}}, {});
    ASSERT_TRUE(gate.waitInside(1));
    session->cancel(1);
    url.reset();
    ASSERT_TRUE(gate.waitInside(0));
    session->cancel(2);  // not known: nothing happens
    std::vector<Fetched> done;
    session->wait(TimePoint::min(), done);
    EXPECT_TRUE(done.empty());
  }
  EXPECT_TRUE(stopped);
}

TEST_F(BlockingFetcherTest, ForgetsWhatEndedBeforeItWasCancelled) {
  std::atomic<int> ended{0};
  ScriptedFetcher fetcher([&](auto&&...) {
    ++ended;
    return Response{200, "OK", {}, {}};
  });
  const auto session = fetcher.open();
  session->start(1, request(), {});
  while (ended == 0) std::this_thread::yield();
  session->cancel(1);
  session->start(2, request(), {});
  const std::vector<Fetched> done = waitFor(*session, 1);
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(done[0].id, 2u);
}

TEST_F(BlockingFetcherTest, NeverBeginsWhatIsCancelledInTheQueue) {
  Gate gate;
  std::atomic<bool> begun{false};
  ScriptedFetcher fetcher([&](const Request& asked, auto&&, std::stop_token) {
    if (asked.method == "QUEUED") begun = true;
    gate.pass({});
    return Response{200, "OK", {}, {}};
  });
  const auto session = fetcher.open();
  for (FetchId id = 0; id < BlockingFetcher::kMaxThreads; ++id) session->start(id, request(), {});
  ASSERT_TRUE(gate.waitInside(BlockingFetcher::kMaxThreads));
  session->start(1000, request("QUEUED"), {});
  session->cancel(1000);
  gate.open();
  EXPECT_EQ(waitFor(*session, BlockingFetcher::kMaxThreads).size(), BlockingFetcher::kMaxThreads);
  EXPECT_FALSE(begun);
}

TEST_F(BlockingFetcherTest, WakesAWaitThatBeginsLater) {
  ScriptedFetcher fetcher([](auto&&...) { return Response{200, "OK", {}, {}}; });
  const auto session = fetcher.open();
  std::vector<Fetched> done;
  session->wake();
  session->wait(kNever, done);  // returns at once
  const TimePoint before = std::chrono::steady_clock::now();
  session->wait(before + Millis(5), done);  // the wake is used up
  EXPECT_GE(std::chrono::steady_clock::now(), before + Millis(5));
  EXPECT_TRUE(done.empty());
}

TEST_F(BlockingFetcherTest, WakesAWaitThatHasBegun) {
  ScriptedFetcher fetcher([](auto&&...) { return Response{200, "OK", {}, {}}; });
  const auto session = fetcher.open();
  std::thread waker([&] { session->wake(); });
  std::vector<Fetched> done;
  session->wait(kNever, done);
  waker.join();
  EXPECT_TRUE(done.empty());
}

TEST_F(BlockingFetcherTest, StopsItsFetchesWhenTheSessionEnds) {
  Gate gate;
  ScriptedFetcher fetcher([&](auto&&, auto&&, std::stop_token stop) {
    gate.pass(std::move(stop));
    return Response{200, "OK", {}, {}};
  });
  {
    const auto session = fetcher.open();
    for (FetchId id = 0; id < BlockingFetcher::kMaxThreads + 10; ++id) {
      session->start(id, request(), {});
    }
    ASSERT_TRUE(gate.waitInside(BlockingFetcher::kMaxThreads));
  }
  EXPECT_EQ(gate.inside(), 0u) << "threads are joined";
}

TEST_F(BlockingFetcherTest, TakesATimeWithoutEnd) {
  FetchLimits limits;
  limits.max_time = kForever;
  std::atomic<std::int64_t> seen{0};
  const Fetched fetched = fetchOne(
      [&](const Request&, const FetchLimits& given, std::stop_token) {
        seen = given.max_time.count();
        return Response{200, "OK", {}, {}};
      },
      limits);
  EXPECT_TRUE(std::holds_alternative<Response>(fetched.result));
  EXPECT_EQ(seen, kForever.count());
}

}  // namespace
}  // namespace forage
