// Visits made by hand, for tests of what is shown of them.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "forage/visit.h"

namespace forage::app {

inline Visit visitOf(std::size_t group, std::uint64_t position, std::string body) {
  Visit visit;
  visit.group_index = group;
  visit.group = "g";
  visit.position = position;
  visit.url = "http://a/" + std::to_string(group) + "/" + std::to_string(position);
  visit.outcome = Outcome::kFetched;
  visit.response = std::make_shared<const Entry>(
      "url:" + visit.url,
      Response{200, "OK", Headers("Content-Type: text/plain\r\n"), std::move(body)}, WallTime{},
      WallTime{}, WallTime::max());
  return visit;
}

inline Visit failedVisit(std::size_t group, std::uint64_t position, ErrorKind kind,
                         std::string message) {
  Visit visit = visitOf(group, position, "");
  visit.response = nullptr;
  visit.outcome = Outcome::kFailed;
  visit.failure = {kind, std::move(message)};
  return visit;
}

}  // namespace forage::app
