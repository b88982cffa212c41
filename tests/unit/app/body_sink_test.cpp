#include "body_sink.h"

#include <gtest/gtest.h>

#include <string>

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

TEST(BodySink, PassesAFailedWriteOn) {
  BodySink sink([](std::string_view) { throw SinkError("full"); }, [](std::string_view) {}, false);
  EXPECT_THROW(sink.accept(visitOf(0, 0, "a")), SinkError);
}

}  // namespace
}  // namespace forage::app
