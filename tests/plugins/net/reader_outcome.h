// Runs the reader over bytes that are cut at given places. Shared by its tests and its fuzz target.
#pragma once

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "net/response_reader.h"

namespace forage::net::test {

struct Outcome {
  Failure failure;
  int status = 0;
  std::string fields;
  std::string body;
  bool keeps_alive = false;
  std::size_t leftover = 0;

  friend bool operator==(const Outcome& a, const Outcome& b) {
    return a.failure.kind == b.failure.kind && a.failure.message == b.failure.message &&
           a.status == b.status && a.fields == b.fields && a.body == b.body &&
           a.keeps_alive == b.keeps_alive && a.leftover == b.leftover;
  }
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << toString(outcome.failure.kind) << " (" << outcome.failure.message << ") status "
               << outcome.status << ", " << outcome.body.size() << " bytes, leftover "
               << outcome.leftover << (outcome.keeps_alive ? ", keeps alive" : "");
  }
};

/// What becomes of `bytes`, followed by an orderly end, when they come in pieces that end at
/// `cuts` (sorted).
inline Outcome read(std::string_view bytes, bool head_request,
                    const std::vector<std::size_t>& cuts) {
  ResponseReader reader;
  reader.begin({}, head_request);
  std::size_t fed = 0;
  const auto feedTo = [&](std::size_t end) {
    end = std::min(end, bytes.size());
    if (end <= fed || reader.isDone()) return;
    fed += reader.feed(bytes.substr(fed, end - fed));
  };
  for (const std::size_t cut : cuts) feedTo(cut);
  feedTo(bytes.size());
  if (!reader.isDone()) reader.end(true);
  Outcome outcome;
  outcome.failure = reader.failure();
  outcome.keeps_alive = reader.keepsAlive();
  if (reader.isComplete()) {
    Response response = reader.takeResponse();
    outcome.status = response.status;
    outcome.fields = response.headers.block();
    outcome.body = std::move(response.body);
    outcome.leftover = bytes.size() - fed;
  }
  return outcome;
}

}  // namespace forage::net::test
