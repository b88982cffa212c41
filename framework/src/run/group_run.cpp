#include "run/group_run.h"

#include "visit/asked.h"

namespace forage::run {

UrlSource::State GroupRun::nextRequest(std::string_view& text,
                                       std::unique_ptr<visit::Asked>& asked) {
  asked = std::make_unique<visit::Asked>();
  switch (requests->next(asked->spec)) {
    case RequestSource::State::kWait:
      return UrlSource::State::kWait;
    case RequestSource::State::kEnd:
      return UrlSource::State::kEnd;
    case RequestSource::State::kRequest:
      break;
  }
  visit::readWants(*asked);
  text = asked->spec.url;
  return UrlSource::State::kUrl;
}

}  // namespace forage::run
