#include "body_sink.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "forage/error.h"
#include "visits.h"

namespace forage::app {
namespace {

struct Written {
  std::string out;
  std::string told;
  BodySink::Write write = [this](std::string_view text) { out += text; };
  BodySink::Tell tell = [this](std::string_view text) { told.append(text).append("\n"); };
};

TEST(BodySink, WritesBodiesInTheOrderGiven) {
  Written written;
  BodySink sink(written.write, written.tell, false);
  sink.accept(visitOf(0, 2, "c"));
  EXPECT_EQ(written.out, "");
  sink.accept(visitOf(0, 0, "a"));
  EXPECT_EQ(written.out, "a");
  sink.accept(visitOf(0, 1, "b"));
  EXPECT_EQ(written.out, "abc");
  sink.close();
  EXPECT_EQ(written.out, "abc");
}

TEST(BodySink, TellsOfFailuresAndWritesNoBodyForThem) {
  Written written;
  BodySink sink(written.write, written.tell, false);
  Visit missing = visitOf(0, 0, "not here");
  missing.outcome = Outcome::kFailed;
  missing.failure = {ErrorKind::kStatus, "404 Not Found"};
  sink.accept(missing);
  sink.accept(visitOf(0, 1, "b"));
  sink.close();
  EXPECT_EQ(written.out, "b");
  EXPECT_EQ(written.told, "http://a/0/0: status: 404 Not Found\n");
}

TEST(BodySink, ShowsHeadersWhenAsked) {
  Written written;
  BodySink sink(written.write, written.tell, true);
  sink.accept(visitOf(0, 0, "a"));
  sink.close();
  EXPECT_EQ(written.out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\na");
}

TEST(BodySink, KeepsWhatCameWhenARunWasStopped) {
  Written written;
  BodySink sink(written.write, written.tell, false);
  sink.accept(visitOf(0, 3, "d"));
  sink.accept(visitOf(0, 1, "b"));
  sink.close();
  EXPECT_EQ(written.out, "bd");
}

/// What this process has open, as far as it has no name any more.
std::size_t namelessFiles() {
  std::size_t count = 0;
  for (const auto& one : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(one, error).string();
    if (target.find("/forage-") != std::string::npos && target.ends_with(" (deleted)")) ++count;
  }
  return count;
}

// Whichever of them are in memory: without room none is, and with little some are.
TEST(BodySink, PutsAsideWhatHasNoRoomInMemory) {
  for (const std::size_t max : {std::size_t{0}, std::size_t{300'000}}) {
    Written written;
    BodySink sink(written.write, written.tell, true, max);
    std::string expected;
    for (std::uint64_t i = 1; i < 10; ++i) {
      sink.accept(visitOf(0, i, std::string(100'000, static_cast<char>('a' + i))));
    }
    Visit failed = visitOf(0, 10, "not here");
    failed.outcome = Outcome::kFailed;
    failed.failure = {ErrorKind::kStatus, "404 Not Found"};
    sink.accept(failed);
    EXPECT_EQ(namelessFiles(), 1u) << max;
    EXPECT_EQ(written.out, "");
    sink.accept(visitOf(0, 0, std::string(100'000, 'a')));
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
    for (char c = 'a'; c < 'a' + 10; ++c) expected += head + std::string(100'000, c);
    EXPECT_EQ(written.out, expected + head) << max;
    EXPECT_EQ(written.told, "http://a/0/10: status: 404 Not Found\n");
    sink.close();
    EXPECT_EQ(written.out.size(), expected.size() + head.size());
  }
  EXPECT_EQ(namelessFiles(), 0u);
}

TEST(BodySink, KeepsWhatWasPutAsideWhenARunWasStopped) {
  Written written;
  BodySink sink(written.write, written.tell, false, 0);
  sink.accept(visitOf(0, 3, "d"));
  sink.accept(visitOf(0, 1, "b"));
  sink.close();
  EXPECT_EQ(written.out, "bd");
}

TEST(BodySink, FailsWhereNothingCanBePutAside) {
  const char* const before = std::getenv("TMPDIR");
  const std::string folder = before != nullptr ? before : "";
  ::setenv("TMPDIR", "/nonexistent", 1);
  Written written;
  BodySink sink(written.write, written.tell, false, 0);
  try {
    sink.accept(visitOf(0, 1, "b"));
    ADD_FAILURE() << "it found room";
  } catch (const SinkError& error) {
    EXPECT_EQ(error.message(),
              "/nonexistent: a file for what waits for an earlier URL cannot be made: "
              "No such file or directory");
  }
  if (before != nullptr) {
    ::setenv("TMPDIR", folder.c_str(), 1);
  } else {
    ::unsetenv("TMPDIR");
  }
}

TEST(BodySink, PassesAFailedWriteOn) {
  BodySink sink([](std::string_view) { throw SinkError("full"); }, [](std::string_view) {}, false);
  EXPECT_THROW(sink.accept(visitOf(0, 0, "a")), SinkError);
}

}  // namespace
}  // namespace forage::app
