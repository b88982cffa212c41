#include <array>
#include <cstddef>

#include "forage/report.h"

namespace forage {

namespace {

// The first that is present wins: results lost, then a run that did not end by itself, then the
// lowest of 2-8; a code that speaks of one cause alone (10, 13) only when nothing else went wrong.
constexpr std::array kPrecedence{
    ExitCode::kFile,    ExitCode::kInterrupted, ExitCode::kBudget,         ExitCode::kUsage,
    ExitCode::kNetwork, ExitCode::kTls,         ExitCode::kAuthentication, ExitCode::kProtocol,
    ExitCode::kServer,  ExitCode::kGeneric,     ExitCode::kRefused,        ExitCode::kOffline,
    ExitCode::kSuccess,
};

std::size_t rank(ExitCode code) noexcept {
  std::size_t at = 0;
  while (at + 1 < kPrecedence.size() && kPrecedence[at] != code) ++at;
  return at;
}

ExitCode exitCodeOfStatus(int status) noexcept {
  if (status == 401 || status == 403 || status == 407) return ExitCode::kAuthentication;
  return ExitCode::kServer;
}

}  // namespace

ExitCode exitCodeOf(ErrorKind kind, int status) noexcept {
  switch (kind) {
    case ErrorKind::kNone:
      return ExitCode::kSuccess;
    case ErrorKind::kResolve:
    case ErrorKind::kConnect:
    case ErrorKind::kTimeout:
      return ExitCode::kNetwork;
    case ErrorKind::kTls:
      return ExitCode::kTls;
    case ErrorKind::kStatus:
      return exitCodeOfStatus(status);
    case ErrorKind::kTruncated:
    case ErrorKind::kProtocol:
    case ErrorKind::kTooLarge:
    case ErrorKind::kRedirect:
      return ExitCode::kProtocol;
    case ErrorKind::kRobots:
    case ErrorKind::kPolicy:
      return ExitCode::kRefused;
    case ErrorKind::kOffline:
      return ExitCode::kOffline;
    case ErrorKind::kCancelled:
      return ExitCode::kInterrupted;
    case ErrorKind::kUrl:
      return ExitCode::kUsage;
  }
  return ExitCode::kGeneric;
}

ExitCode worse(ExitCode a, ExitCode b) noexcept {
  if (a == b || b == ExitCode::kSuccess) return a;
  if (a == ExitCode::kSuccess) return b;
  // An offline miss is 13 only where all failures are; beside others it is a network failure.
  if (a == ExitCode::kOffline) a = ExitCode::kNetwork;
  if (b == ExitCode::kOffline) b = ExitCode::kNetwork;
  return rank(a) < rank(b) ? a : b;
}

}  // namespace forage
