// WARC files as tests write them, and what the reader makes of them.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forage/error.h"
#include "warc/digest.h"
#include "warc/warc_reader.h"

namespace forage::warc::test {

inline std::string http(std::string_view body,
                        std::string_view fields = "Content-Type: text/html\r\n",
                        std::string_view status = "HTTP/1.1 200 OK") {
  return std::string(status).append("\r\n").append(fields).append("\r\n").append(body);
}

struct RecordText {
  std::string block;
  std::string uri = "http://h/";
  std::string type = "response";
  std::string date = "2024-05-01T12:00:00Z";
  std::string more = "Content-Type: application/http; msgtype=response\r\n";  // fields
  std::string version = "WARC/1.1";
};

/// A whole record, with its end.
inline std::string record(const RecordText& text) {
  std::string out = text.version + "\r\nWARC-Type: " + text.type + "\r\n";
  if (!text.uri.empty()) out += "WARC-Target-URI: " + text.uri + "\r\n";
  out += "WARC-Date: " + text.date + "\r\n" + text.more;
  out += "Content-Length: " + std::to_string(text.block.size()) + "\r\n\r\n";
  return out + text.block + "\r\n\r\n";
}

inline std::string warcinfo() {
  return record({.block = "software: test\r\n",
                 .uri = "",
                 .type = "warcinfo",
                 .more = "Content-Type: application/warc-fields\r\n"});
}

/// Both digests of a response of which `body` follows the head.
inline std::string digests(std::string_view block, std::string_view body) {
  return "WARC-Block-Digest: " + sha1Of({block}) + "\r\nWARC-Payload-Digest: " + sha1Of({body}) +
         "\r\n";
}

/// A response to `uri` with both digests.
inline std::string page(const std::string& uri, const std::string& body) {
  const std::string block = http(body);
  return record({.block = block, .uri = uri, .more = digests(block, body)});
}

/// One gzip member.
inline std::string gzipped(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("no zlib");
  }
  std::string out(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) throw std::runtime_error("not compressed");
  return out;
}

struct Read {
  std::vector<EntryPtr> entries;
  ReadCounts counts;
  std::string error;  // "" where the end was reached

  [[nodiscard]] std::vector<std::string> keys() const {
    std::vector<std::string> all;
    for (const EntryPtr& entry : entries) all.emplace_back(entry->key());
    return all;
  }
};

/// All that the reader gives of `bytes`, in a file called "f".
inline Read readAll(std::string_view bytes, ReadOptions options = {}) {
  std::istringstream in{std::string(bytes)};
  Read read;
  try {
    WarcReader reader(in, "f", std::move(options));
    try {
      while (EntryPtr entry = reader.next()) read.entries.push_back(std::move(entry));
    } catch (const Error& error) {
      read.error = error.message();
    }
    read.counts = reader.counts();
  } catch (const Error& error) {
    read.error = error.message();
  }
  return read;
}

}  // namespace forage::warc::test
