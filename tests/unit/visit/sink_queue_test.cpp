#include "visit/sink_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>

#include "support/eventually.h"

namespace forage::visit {
namespace {

using test::eventually;

class RecordingSink final : public Sink {
 public:
  void accept(const Visit& visit) override {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return !held; });
    if (broken) throw SinkError("disk full");
    urls.push_back(visit.url);
  }
  void flush() override { ++flushes; }
  void close() override { closed = true; }

  std::mutex mutex;
  std::condition_variable changed;
  bool held = false;
  bool broken = false;
  std::vector<std::string> urls;
  std::atomic<int> flushes{0};
  std::atomic<bool> closed{false};
};

Visit visitOf(const std::string& url) {
  Visit visit;
  visit.url = url;
  return visit;
}

TEST(SinkQueue, ServesVisitsInOrderAndClosesTheSinks) {
  std::vector<std::unique_ptr<Sink>> sinks;
  sinks.push_back(std::make_unique<RecordingSink>());
  auto& sink = static_cast<RecordingSink&>(*sinks[0]);
  SinkQueue queue(sinks, [](std::exception_ptr) {});
  for (int i = 0; i < 100; ++i) queue.push(visitOf(std::to_string(i)));
  queue.close();
  ASSERT_EQ(sink.urls.size(), 100u);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(sink.urls[static_cast<std::size_t>(i)], std::to_string(i));
  EXPECT_TRUE(sink.closed);
}

TEST(SinkQueue, FlushesTheSinksWhileNoVisitComes) {
  std::vector<std::unique_ptr<Sink>> sinks;
  sinks.push_back(std::make_unique<RecordingSink>());
  auto& sink = static_cast<RecordingSink&>(*sinks[0]);
  SinkQueue queue(sinks, [](std::exception_ptr) {});
  queue.push(visitOf("first"));
  EXPECT_TRUE(eventually([&] { return sink.flushes == 1; }));
  queue.push(visitOf("second"));
  EXPECT_TRUE(eventually([&] { return sink.flushes == 2; }));
  EXPECT_FALSE(sink.closed);
  queue.close();
}

TEST(SinkQueue, ASlowSinkBlocksNobodyAndAFullQueueSaysSo) {
  struct Listener final : store::RoomListener {
    void hasRoom() noexcept override { ++told; }
    std::atomic<int> told{0};
  } listener;
  std::vector<std::unique_ptr<Sink>> sinks;
  sinks.push_back(std::make_unique<RecordingSink>());
  auto& sink = static_cast<RecordingSink&>(*sinks[0]);
  sink.held = true;
  SinkQueue queue(sinks, [](std::exception_ptr) {});
  for (std::size_t i = 0; i <= SinkQueue::kMaxVisits; ++i) queue.push(visitOf("u"));
  EXPECT_TRUE(queue.full());
  EXPECT_TRUE(queue.listenIfFull(listener));
  EXPECT_TRUE(queue.listenIfFull(listener));  // and is told once all the same
  {
    const std::lock_guard lock(sink.mutex);
    sink.held = false;
  }
  sink.changed.notify_all();
  EXPECT_TRUE(eventually([&] { return listener.told == 1; }));
  EXPECT_FALSE(queue.full());
  queue.close();
  EXPECT_EQ(listener.told, 1);
}

TEST(SinkQueue, AFailingSinkIsReportedOnceAndNoLongerServed) {
  std::vector<std::unique_ptr<Sink>> sinks;
  sinks.push_back(std::make_unique<RecordingSink>());
  static_cast<RecordingSink&>(*sinks[0]).broken = true;
  std::atomic<int> failures{0};
  SinkQueue queue(sinks, [&](std::exception_ptr) { ++failures; });
  for (int i = 0; i < 10; ++i) queue.push(visitOf("u"));
  queue.close();
  EXPECT_EQ(failures, 1);
  EXPECT_FALSE(static_cast<RecordingSink&>(*sinks[0]).closed);
}

TEST(SinkQueue, ASinkThatDecodesAVisitLeavesTheQueueEmptyAndNotFull) {
  class DecodingSink final : public Sink {
   public:
    void accept(const Visit& visit) override {  // as Visit::content() does
      visit.decoded = std::make_shared<const std::string>(1000, 'x');
    }
    void close() override {}
  };
  std::vector<std::unique_ptr<Sink>> sinks;
  sinks.push_back(std::make_unique<DecodingSink>());
  SinkQueue queue(sinks, [](std::exception_ptr) {});
  queue.push(visitOf("u"));
  queue.close();
  EXPECT_FALSE(queue.full());
}

TEST(SinkQueue, ASinkThatCannotBeClosedLeavesTheOthersClosed) {
  class UnclosedSink final : public Sink {
   public:
    void accept(const Visit&) override {}
    void close() override { throw SinkError("disk full"); }
  };
  std::vector<std::unique_ptr<Sink>> sinks;
  sinks.push_back(std::make_unique<UnclosedSink>());
  sinks.push_back(std::make_unique<RecordingSink>());
  SinkQueue queue(sinks, [](std::exception_ptr) {});
  queue.push(visitOf("u"));
  EXPECT_THROW(queue.close(), SinkError);
  EXPECT_TRUE(static_cast<RecordingSink&>(*sinks[1]).closed);
}

}  // namespace
}  // namespace forage::visit
