#include "terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "capture.h"
#include "forage/error.h"

namespace forage::app {
namespace {

TEST(Terminal, ShowsNoControlCharacters) {
  EXPECT_EQ(printable("plain \u20ac"), "plain \u20ac");
  EXPECT_EQ(printable("a\x1b[2Jb\x7f\r\n\t"), "a?[2Jb????");
  EXPECT_EQ(printable("\xC2\x9B[2J"), "??[2J") << "the 8-bit form of ESC [";
  EXPECT_EQ(printable("\xC2\xA0"), "\xC2\xA0");
}

TEST(Terminal, SendsItsLogElsewhereWhenStandardOutputCarriesData) {
  Capture out;
  Capture err;
  Terminal terminal(out.fd(), err.fd(), false);
  terminal.log("first\n");
  terminal.logToErrors();
  terminal.log("second\n");
  terminal.print("data\n");
  EXPECT_EQ(out.text(), "first\ndata\n");
  EXPECT_EQ(err.text(), "second\n");
}

TEST(Terminal, GoesOnWithoutALogThatCannotBeWritten) {
  Capture err;
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  Terminal terminal(full, err.fd(), false);
  terminal.log("lost\n");
  EXPECT_THROW(terminal.print("an answer"), SinkError);
  ::close(full);
}

TEST(Terminal, ShowsNoStatusWhereThereIsNoTerminal) {
  Capture err;
  Terminal terminal(err.fd(), err.fd(), false);
  EXPECT_FALSE(terminal.isInteractive());
  terminal.status("working");
  EXPECT_EQ(err.text(), "");
}

TEST(Terminal, WantsNoColoursInAFile) {
  const Capture out;
  EXPECT_FALSE(wantsColours(out.fd()));
}

}  // namespace
}  // namespace forage::app
