#include "pipe_sink.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "forage/json_text.h"

namespace forage::app {

namespace {

void appendField(std::string& line, std::string_view name, std::string_view value, bool& first) {
  line += first ? "[" : ",[";
  first = false;
  appendJsonString(line, name);
  line += ',';
  appendJsonString(line, value);
  line += ']';
}

/// Header fields as they came, but for Age, which a cache generates (RFC 9111, section 5.1).
void appendHeaders(std::string& line, const Visit& visit) {
  bool first = true;
  line += '[';
  for (const HeaderField& field : visit.response->headers()) {
    if (visit.age && equalsIgnoreCase(field.name, "Age")) continue;
    appendField(line, field.name, field.value, first);
  }
  if (visit.age) appendField(line, "Age", std::to_string(visit.age->count()), first);
  line += ']';
}

void appendId(std::string& line, std::string_view id) {
  line.append("{\"id\":").append(id.empty() ? "null" : id);
}

void appendText(std::string& line, std::string_view key, std::string_view value) {
  line.append(",\"").append(key).append("\":");
  appendJsonString(line, value);
}

}  // namespace

std::string pipeLine(const Visit& visit) {
  std::string line;
  appendId(line, visit.tag);
  if (visit.response == nullptr) {
    appendText(line, "error", visit.failure.message);
    appendText(line, "kind", toString(visit.failure.kind));
    return line += "}\n";
  }
  const std::string_view body = visit.content();
  line.reserve(line.size() + body.size() / 3 * 4 + visit.response->headers().block().size() * 2 +
               200);
  line.append(",\"status\":").append(std::to_string(visit.response->status()));
  appendText(line, "reason", visit.response->reason());
  line += ",\"headers\":";
  appendHeaders(line, visit);
  line += ",\"body_b64\":\"";
  appendBase64(line, body);
  line += '"';
  appendText(line, "outcome", toString(visit.source));
  appendText(line, "cache_status", visit.cache_status.toString());
  if (!visit.final_url.empty()) appendText(line, "final_url", visit.final_url);
  return line += "}\n";
}

void PipeSink::accept(const Visit& visit) { output_.write(pipeLine(visit)); }

void PipeOutput::refuse(std::string_view id, std::string_view why, std::string_view kind) noexcept {
  std::string line;
  appendId(line, id);
  appendText(line, "error", why);
  appendText(line, "kind", kind);
  line += "}\n";
  try {
    write(line);
  } catch (const SinkError&) {
    // Kept in error_: the next answer ends the run.
  }
}

void PipeOutput::write(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  while (error_ == 0 && !lines.empty()) {
    const ssize_t written = ::write(fd_, lines.data(), lines.size());
    if (written >= 0) {
      lines.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // the other side has made it so
      pollfd room{fd_, POLLOUT, 0};
      (void)::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  if (error_ == 0) return;
  throw SinkError("standard output: cannot be written: " + std::generic_category().message(error_));
}

}  // namespace forage::app
