// checkLists(): every URL list of a job, read once before the first request.
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "forage/error.h"
#include "forage/runner.h"
#include "model/target.h"
#include "model/url_glob.h"
#include "run/url_source.h"

namespace forage {

std::uint64_t checkLists(const Job& job) {
  std::vector<std::string> findings;
  std::uint64_t urls = 0;
  std::string why;
  Url url;
  for (const GroupSpec& group : job.groups) {
    for (std::size_t i = 0; i < group.urls.size(); ++i) {
      if (readTarget(group.urls[i], url, &why)) continue;
      const std::string place = i < group.places.size() ? group.places[i] + ": " : "";
      findings.push_back(place + "group \"" + group.name + "\": " + why);
    }
    urls += group.urls.size();
    for (const std::string& text : group.url_globs) {
      std::string why_not = whyNoGlob(text);
      if (why_not.empty()) {
        urls += UrlGlob::parse(text, why)->size();
      } else {
        findings.push_back("group \"" + group.name + "\": " + std::move(why_not));
      }
    }
    if (!group.urls_file || *group.urls_file == "-") continue;
    if (::access(group.urls_file->c_str(), R_OK) != 0) {
      findings.push_back(group.urls_file->string() + ": cannot be read: " + std::strerror(errno));
      continue;
    }
    urls += run::checkUrlFile(*group.urls_file, findings);
  }
  if (!findings.empty()) throw ConfigError(std::move(findings));
  return urls;
}

}  // namespace forage
