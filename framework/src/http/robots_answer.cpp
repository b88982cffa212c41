#include "http/robots_answer.h"

namespace forage::http {

RobotsVerdict verdictOfStatus(int status, bool leads_on, unsigned redirects) noexcept {
  if (status >= 200 && status < 300) return RobotsVerdict::kParse;
  if (status >= 300 && status < 400) {
    const bool follow = leads_on && redirects < kMaxRobotsRedirects;
    return follow ? RobotsVerdict::kFollow : RobotsVerdict::kAllowAll;
  }
  // 429 says that we are too fast, and nothing of the file.
  if (status >= 400 && status < 500 && status != 429) return RobotsVerdict::kAllowAll;
  return RobotsVerdict::kDisallowAll;
}

RobotsVerdict verdictOfFailure(ErrorKind failure) noexcept {
  switch (failure) {
    case ErrorKind::kRedirect:  // too many, or one that leads nowhere: as if there were no file
    case ErrorKind::kUrl:
    case ErrorKind::kOffline:  // nothing will be asked of the site, and so there is no one to obey
      return RobotsVerdict::kAllowAll;
    default:
      return RobotsVerdict::kDisallowAll;
  }
}

}  // namespace forage::http
