#include <gtest/gtest.h>

#include <array>

#include "forage/report.h"

namespace forage {
namespace {

struct Row {
  ErrorKind kind;
  int status;
  ExitCode code;
};

TEST(ExitCode, FollowsTheKindOfTheFailure) {
  constexpr std::array kTable{
      Row{ErrorKind::kNone, 200, ExitCode::kSuccess},
      Row{ErrorKind::kResolve, 0, ExitCode::kNetwork},
      Row{ErrorKind::kConnect, 0, ExitCode::kNetwork},
      Row{ErrorKind::kTimeout, 0, ExitCode::kNetwork},
      Row{ErrorKind::kTls, 0, ExitCode::kTls},
      Row{ErrorKind::kStatus, 401, ExitCode::kAuthentication},
      Row{ErrorKind::kStatus, 403, ExitCode::kAuthentication},
      Row{ErrorKind::kStatus, 407, ExitCode::kAuthentication},
      Row{ErrorKind::kStatus, 400, ExitCode::kServer},
      Row{ErrorKind::kStatus, 404, ExitCode::kServer},
      Row{ErrorKind::kStatus, 503, ExitCode::kServer},
      Row{ErrorKind::kTruncated, 0, ExitCode::kProtocol},
      Row{ErrorKind::kProtocol, 0, ExitCode::kProtocol},
      Row{ErrorKind::kTooLarge, 0, ExitCode::kProtocol},
      Row{ErrorKind::kRedirect, 302, ExitCode::kProtocol},
      Row{ErrorKind::kRobots, 0, ExitCode::kRefused},
      Row{ErrorKind::kPolicy, 0, ExitCode::kRefused},
      Row{ErrorKind::kOffline, 0, ExitCode::kOffline},
      Row{ErrorKind::kCancelled, 0, ExitCode::kInterrupted},
      Row{ErrorKind::kUrl, 0, ExitCode::kUsage},
  };
  for (const Row& row : kTable) {
    EXPECT_EQ(exitCodeOf(row.kind, row.status), row.code) << toString(row.kind) << row.status;
  }
}

struct Pair {
  ExitCode a, b, both;
};

TEST(ExitCode, OfSeveralIsTheLowestFrom2To8) {
  using enum ExitCode;
  constexpr std::array kTable{
      Pair{kSuccess, kSuccess, kSuccess},
      Pair{kSuccess, kServer, kServer},
      Pair{kServer, kNetwork, kNetwork},
      Pair{kProtocol, kAuthentication, kAuthentication},
      Pair{kTls, kServer, kTls},
      Pair{kUsage, kNetwork, kUsage},
      Pair{kRefused, kServer, kServer},
      Pair{kRefused, kRefused, kRefused},
      Pair{kGeneric, kServer, kServer},
      // A run that was stopped is to be resumed, whatever else failed before; lost results win.
      Pair{kInterrupted, kUsage, kInterrupted},
      Pair{kInterrupted, kFile, kFile},
      Pair{kBudget, kServer, kBudget},
      // Offline misses are 13 alone, a network failure beside others.
      Pair{kOffline, kSuccess, kOffline},
      Pair{kOffline, kOffline, kOffline},
      Pair{kOffline, kServer, kNetwork},
      Pair{kOffline, kRefused, kNetwork},
  };
  for (const Pair& row : kTable) {
    EXPECT_EQ(worse(row.a, row.b), row.both) << int(row.a) << " and " << int(row.b);
    EXPECT_EQ(worse(row.b, row.a), row.both) << int(row.b) << " and " << int(row.a);
  }
}

TEST(ExitCode, OfSeveralDoesNotDependOnTheirOrder) {
  using enum ExitCode;
  constexpr std::array kAll{kSuccess,     kGeneric,        kUsage,    kFile,   kNetwork,
                            kTls,         kAuthentication, kProtocol, kServer, kRefused,
                            kInterrupted, kBudget,         kOffline};
  for (const ExitCode a : kAll) {
    for (const ExitCode b : kAll) {
      for (const ExitCode c : kAll) {
        EXPECT_EQ(worse(worse(a, b), c), worse(a, worse(b, c)))
            << int(a) << ' ' << int(b) << ' ' << int(c);
      }
    }
  }
}

}  // namespace
}  // namespace forage
