#include "console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "capture.h"
#include "terminal.h"
#include "visits.h"

namespace forage::app {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t linesOf(const std::string& text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

struct Shown {
  Capture out;
  Capture err;
  Terminal terminal{out.fd(), err.fd(), false};
};

TEST(Console, SpeaksTheTutorialsWords) {
  Shown shown;
  Console console(shown.terminal, Console::Detail::kNormal);
  console.fetching("Thread-1", "http://a/1");
  Visit hit = visitOf(0, 0, "x");
  hit.outcome = Outcome::kHit;
  console.visited(hit);
  Visit joined = visitOf(0, 1, "x");
  joined.outcome = Outcome::kJoined;
  console.visited(joined);
  console.visited(visitOf(0, 2, "x"));  // fetched: its line was printed when it began
  console.visited(failedVisit(0, 3, ErrorKind::kTimeout, "no answer within 30s"));
  EXPECT_EQ(shown.out.text(),
            "[FETCHING] Thread-1 - URL: http://a/1\n"
            "[CACHE HIT] g - URL: http://a/0/0\n"
            "[CACHE HIT] g - URL: http://a/0/1\n"
            "[ERROR] g - Failed to retrieve http://a/0/3 (timeout: no answer within 30s)\n");
}

TEST(Console, PrintsResultsInTheOrderOfTheJob) {
  Shown shown;
  Console console(shown.terminal, Console::Detail::kNormal);
  console.visited(visitOf(1, 0, "four"));
  console.visited(failedVisit(0, 1, ErrorKind::kConnect, "refused"));
  console.visited(visitOf(0, 0, "1"));
  console.printResults(3);
  EXPECT_THAT(shown.out.text(), HasSubstr("\nScraping results:\n"
                                          "Thread g - URL: http://a/0/0 - Response Length: 1\n"
                                          "Thread g - URL: http://a/0/1 - Response Length: Failed\n"
                                          "Thread g - URL: http://a/1/0 - Response Length: 4\n"));
}

TEST(Console, ShowsTheFirstHundredUrlsAndTheFirstHundredErrors) {
  Shown shown;
  Console console(shown.terminal, Console::Detail::kNormal);
  for (std::uint64_t i = 0; i < 1000; ++i) console.fetching("g", "http://a/");
  for (std::uint64_t i = 0; i < 1000; ++i) {
    console.visited(failedVisit(0, i, ErrorKind::kConnect, "refused"));
  }
  console.printResults(1000);
  const std::string text = shown.out.text();
  EXPECT_EQ(linesOf(text, "[FETCHING]"), 100u);
  EXPECT_EQ(linesOf(text, "[ERROR]"), 100u);
  EXPECT_EQ(linesOf(text, "-v shows all"), 2u);
  EXPECT_EQ(linesOf(text, "Response Length: Failed"), 100u);
  EXPECT_THAT(text, HasSubstr("... and 900 more\n"));
}

TEST(Console, ShowsEveryUrlWhenVerbose) {
  Shown shown;
  Console console(shown.terminal, Console::Detail::kVerbose);
  for (std::uint64_t i = 0; i < 300; ++i) console.fetching("g", "http://a/");
  EXPECT_EQ(linesOf(shown.out.text(), "[FETCHING]"), 300u);
}

TEST(Console, SaysOnlyWhatOneShouldKnowWhenQuiet) {
  Shown shown;
  Console console(shown.terminal, Console::Detail::kQuiet);
  console.fetching("g", "http://a/");
  console.visited(visitOf(0, 0, "x"));
  console.visited(failedVisit(0, 1, ErrorKind::kConnect, "refused"));
  console.printResults(2);
  console.notice("cache redis is away");
  EXPECT_EQ(shown.out.text(), "");
  EXPECT_EQ(shown.err.text(), "forage: cache redis is away\n");
}

TEST(Console, KeepsLinesWholeAcrossThreads) {
  Shown shown;
  Console console(shown.terminal, Console::Detail::kVerbose);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) console.fetching("g", "http://a/page");
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string expected;
  for (int i = 0; i < 2000; ++i) expected += "[FETCHING] g - URL: http://a/page\n";
  EXPECT_EQ(shown.out.text(), expected);
}

TEST(Console, ShowsNoControlCharactersOfAServer) {
  Shown shown;
  Console console(shown.terminal, Console::Detail::kNormal);
  console.visited(failedVisit(0, 0, ErrorKind::kStatus, "404 \x1b]0;owned\x07\r\nFAKE LINE"));
  EXPECT_THAT(shown.out.text(), HasSubstr("(status: 404 ?]0;owned???FAKE LINE)"));
}

TEST(Console, ColoursTheWordsOnlyWhenAsked) {
  Capture out;
  Capture err;
  Terminal terminal(out.fd(), err.fd(), true);
  Console(terminal, Console::Detail::kNormal).fetching("g", "http://a/");
  EXPECT_EQ(out.text(), "\x1b[36m[FETCHING]\x1b[0m g - URL: http://a/\n");
}

}  // namespace
}  // namespace forage::app
