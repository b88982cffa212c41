#include "body_sink.h"

#include <string>
#include <utility>

#include "forage/config.h"

namespace forage::app {

BodySink::BodySink(Write write, Tell tell, bool with_headers)
    : write_(std::move(write)), tell_(std::move(tell)), with_headers_(with_headers) {}

void BodySink::accept(const Visit& visit) {
  if (visit.position != next_) {
    waiting_.emplace(visit.position, visit);
    return;
  }
  emit(visit);
  ++next_;
  for (auto it = waiting_.begin(); it != waiting_.end() && it->first == next_; ++next_) {
    emit(it->second);
    it = waiting_.erase(it);
  }
}

// A run that was stopped leaves gaps: what did come is not thrown away.
void BodySink::close() {
  for (const auto& [position, visit] : waiting_) emit(visit);
  waiting_.clear();
}

void BodySink::emit(const Visit& visit) {
  if (with_headers_ && visit.response) {
    std::string head = "HTTP/1.1 " + std::to_string(visit.status()) + " ";
    head += visit.response->reason();
    head += "\r\n";
    head += visit.response->headers().block();
    head += "\r\n";
    write_(head);
  }
  if (visit.succeeded()) {
    write_(visit.content());
  } else {
    tell_(redacted(visit.url) + ": " + std::string(toString(visit.failure.kind)) + ": " +
          visit.failure.message);
  }
}

}  // namespace forage::app
