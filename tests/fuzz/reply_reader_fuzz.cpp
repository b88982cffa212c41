// Fuzz target: whatever a server sends, the reader of Redis replies gives the same replies and the
// same end however the bytes are cut, each within its limit. The first two bytes say how to cut.
#include <algorithm>
#include <string>

#include "fuzz/fuzz.h"
#include "redis/fault.h"
#include "redis/reply_reader.h"

namespace {

using forage::fuzz::expect;
using forage::redis::Reply;
using forage::redis::ReplyReader;

constexpr std::size_t kLimit = 512;

/// Appends `reply` to `text`; returns the bytes that it holds.
std::size_t write(const Reply& reply, std::string& text) {
  text.append(std::to_string(static_cast<int>(reply.type)))
      .append(" ")
      .append(std::to_string(reply.integer))
      .append(" ")
      .append(reply.text)
      .append("(");
  std::size_t bytes = reply.text.size();
  for (const Reply& item : reply.items) bytes += write(item, text);
  text += ")\n";
  return bytes;
}

/// All replies and how it ended, when `bytes` come in pieces: `first`, then `step` each.
std::string read(std::string_view bytes, std::size_t first, std::size_t step) {
  ReplyReader reader(kLimit);
  std::string text;
  std::size_t size = first;
  try {
    while (!bytes.empty()) {
      const std::string_view piece = bytes.substr(0, std::min(size, ReplyReader::kSlice));
      size = step;
      bytes.remove_prefix(piece.size());
      reader.feed(piece);
      while (const auto reply = reader.next()) {
        expect(write(*reply, text) <= kLimit, "a reply is within its limit");
      }
    }
    text += reader.isAmidReply() ? "more" : "done";
  } catch (const forage::redis::ConnectionError& error) {
    text += error.what();
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes = forage::fuzz::textOf(data, size).substr(2);
  const std::string whole = read(bytes, ReplyReader::kSlice, ReplyReader::kSlice);
  const std::string cut = read(bytes, std::size_t{1} + data[0], std::size_t{1} + data[1] % 16);
  if (whole != cut) std::cerr << "whole: " << whole << "\ncut: " << cut << '\n';
  expect(whole == cut, "cuts mean nothing");
  return 0;
}
