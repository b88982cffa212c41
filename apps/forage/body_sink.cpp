#include "body_sink.h"

#include <string>
#include <utility>

#include "forage/config.h"

namespace forage::app {

namespace {

std::size_t bytesOf(const Visit& visit) noexcept {
  return sizeof visit + visit.url.size() + visit.failure.message.size() +
         (visit.response ? visit.response->footprint() : 0) +
         (visit.decoded ? visit.decoded->size() : 0);
}

std::string failureOf(const Visit& visit) {
  return redacted(visit.url) + ": " + std::string(toString(visit.failure.kind)) + ": " +
         visit.failure.message;
}

}  // namespace

BodySink::BodySink(Write write, Tell tell, bool with_headers, std::size_t max_waiting)
    : write_(std::move(write)),
      tell_(std::move(tell)),
      with_headers_(with_headers),
      max_waiting_(max_waiting) {}

void BodySink::accept(const Visit& visit) {
  if (visit.position != next_) return wait(visit);
  emit(visit);
  ++next_;
  for (auto it = waiting_.begin(); it != waiting_.end() && it->first == next_; ++next_) {
    emit(it->second);
    it = waiting_.erase(it);
  }
}

void BodySink::wait(const Visit& visit) {
  Waiting waiting;
  const std::size_t bytes = bytesOf(visit);
  if (bytes_ + bytes <= max_waiting_) {
    waiting.visit = std::make_unique<const Visit>(visit);
    bytes_ += bytes;
  } else {
    const bool succeeded = visit.succeeded();
    waiting.output = aside_.put(headOf(visit), succeeded ? visit.content() : std::string_view());
    if (!succeeded) waiting.failure = failureOf(visit);
  }
  waiting_.emplace(visit.position, std::move(waiting));
}

// A run that was stopped leaves gaps: what did come is not thrown away.
void BodySink::close() {
  for (const auto& [position, waiting] : waiting_) emit(waiting);
  waiting_.clear();
}

void BodySink::emit(const Waiting& waiting) {
  if (waiting.visit != nullptr) {
    bytes_ -= bytesOf(*waiting.visit);
    return emit(*waiting.visit);
  }
  aside_.take(waiting.output, write_);
  if (!waiting.failure.empty()) tell_(waiting.failure);
}

void BodySink::emit(const Visit& visit) {
  const std::string head = headOf(visit);
  if (!head.empty()) write_(head);
  if (visit.succeeded()) {
    write_(visit.content());
  } else {
    tell_(failureOf(visit));
  }
}

/// "" where none is to be shown.
std::string BodySink::headOf(const Visit& visit) const {
  if (!with_headers_ || !visit.response) return {};
  std::string head = "HTTP/1.1 " + std::to_string(visit.status()) + " ";
  head += visit.response->reason();
  head += "\r\n";
  head += visit.response->headers().block();
  head += "\r\n";
  return head;
}

}  // namespace forage::app
