#include "warc/http_message.h"

#include <cstddef>
#include <string>
#include <utility>

#include "net/body_buffer.h"
#include "net/chunk_decoder.h"
#include "net/chunk_line.h"
#include "net/head_parser.h"

namespace forage::warc {

namespace {

constexpr std::size_t kMaxChunkExtras = 256u << 10;

/// Takes the version off `bytes`, and gives the parser one that it knows: browsers record HTTP/2
/// and HTTP/3 as if they had a status line.
void feedVersion(net::HeadParser& parser, std::string_view& bytes) {
  for (const std::string_view version : {"HTTP/2.0 ", "HTTP/2 ", "HTTP/3.0 ", "HTTP/3 "}) {
    if (!bytes.starts_with(version)) continue;
    bytes.remove_prefix(version.size());
    std::string_view known = "HTTP/1.1 ";
    (void)parser.feed(known);
    return;
  }
}

/// Reads a head, and those of interim responses before it.
bool readHead(net::HeadParser& parser, std::string_view& bytes) {
  parser.begin(bytes.size());
  feedVersion(parser, bytes);
  while (parser.feed(bytes) == net::Progress::kDone) {
    const int status = parser.head().status;
    if (status >= 200) return true;
    if (status == 101) return false;
    parser.beginNext();
  }
  return false;
}

bool beginsWithChunk(std::string_view bytes) noexcept {
  const std::size_t end = bytes.find("\r\n");
  return end != std::string_view::npos && net::parseChunkLine(bytes.substr(0, end)).has_value();
}

/// Redirects of browsers come without the body that their fields speak of.
bool mayLackBody(int status) noexcept { return status == 204 || status / 100 == 3; }

const char* readChunks(std::string_view bytes, std::string& body) {
  net::BodyBuffer buffer;
  buffer.begin(bytes.size());
  net::ChunkDecoder chunks;
  chunks.begin(kMaxChunkExtras);
  if (chunks.feed(bytes, buffer) != net::Progress::kDone) {
    return "a chunked body that is incomplete or damaged";
  }
  if (!bytes.empty()) return "bytes after a chunked body";
  body = buffer.take();
  return nullptr;
}

const char* readBody(const net::Framing& framing, std::string_view bytes, Response& response) {
  const bool lacks_body = bytes.empty() && mayLackBody(response.status);
  if (framing.chunked) {
    if (beginsWithChunk(bytes)) return readChunks(bytes, response.body);
    if (bytes.empty() && !lacks_body) return "a chunked body without a byte";
  } else if (framing.length && *framing.length != bytes.size()) {
    if (!lacks_body) return "a body that is not of its Content-Length";
    response.headers.remove("Content-Length");
  }
  response.body = bytes;
  return nullptr;
}

/// One way to write the length, the one in which it is written again.
void normaliseLength(Response& response) {
  const std::string length = std::to_string(response.body.size());
  const auto written = response.headers.find("Content-Length");
  if (written && *written != length) response.headers.set("Content-Length", length);
}

HttpMessage readMessage(std::string_view block, bool with_body) {
  HttpMessage message;
  net::HeadParser parser;
  if (!readHead(parser, block)) {
    message.problem = "no HTTP response";
    return message;
  }
  net::Head& head = parser.head();
  message.payload = block;
  message.response.status = head.status;
  message.response.reason = std::move(head.reason);
  message.response.headers = Headers(std::move(head.fields));
  if (head.framing.chunked) message.response.headers.remove("Transfer-Encoding");
  if (!with_body) return message;
  message.problem = readBody(head.framing, block, message.response);
  if (message.problem == nullptr) normaliseLength(message.response);
  return message;
}

}  // namespace

HttpMessage readHttpMessage(std::string_view block) { return readMessage(block, true); }

HttpMessage readHttpHead(std::string_view block) { return readMessage(block, false); }

}  // namespace forage::warc
