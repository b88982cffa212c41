#include "origin/pieces.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "origin/content.h"

namespace forage::origin {

namespace {

constexpr std::size_t kPiece = 64u << 10;

}  // namespace

Reply bytesReply(std::uint64_t seed, std::uint64_t size) {
  Reply reply = typed("application/octet-stream", {});
  if (size <= kPiece) {
    reply.body = bytesOf(seed, 0, size);
    return reply;
  }
  reply.length = size;
  reply.source = [seed, size, at = std::uint64_t{0}](std::string& piece) mutable {
    if (at == size) return false;
    piece = bytesOf(seed, at, std::min<std::uint64_t>(kPiece, size - at));
    at += piece.size();
    return true;
  };
  return reply;
}

Reply::Source endlessBytes() {
  return [at = std::uint64_t{0}](std::string& piece) mutable {
    piece = bytesOf(0, at, kPiece);
    at += piece.size();
    return true;
  };
}

Reply::Source lines(std::uint64_t count) {
  return [count, at = std::uint64_t{0}](std::string& piece) mutable {
    if (at == count) return false;
    piece = lineOf(at++);
    return true;
  };
}

Reply::Source singleBytes(std::uint64_t count) {
  return [left = count](std::string& piece) mutable {
    if (left == 0) return false;
    --left;
    piece = "*";
    return true;
  };
}

Reply::Source onePiece(std::string body) {
  return [body = std::move(body)](std::string& piece) mutable {
    piece = std::exchange(body, {});
    return !piece.empty();
  };
}

}  // namespace forage::origin
