// Reads RESP2 replies out of whatever the network brings (hiredis as the codec), each within a
// limit of bytes and parts, so that no server can make it hold more. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace forage::redis {

struct Reply {
  enum class Type : std::uint8_t { kNil, kString, kStatus, kError, kInteger, kArray };

  Type type = Type::kNil;
  std::string text;          ///< of kString, kStatus and kError
  long long integer = 0;     ///< of kInteger
  std::vector<Reply> items;  ///< of kArray
};

/// Takes one reply: that of command `index`, in order.
using OnReply = std::function<void(std::size_t index, Reply&& reply)>;

class ReplyReader {
 public:
  /// A reply of more than `limit` bytes ends the connection.
  explicit ReplyReader(std::size_t limit);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  /// Takes the next bytes. Call next() until it returns nothing before feeding more. Feed at most
  /// kSlice bytes at a time: hiredis moves what it has not read yet after each reply.
  void feed(std::string_view bytes);
  static constexpr std::size_t kSlice = 2u << 10;

  /// The next complete reply, or null: more bytes are needed.
  /// Throws ConnectionError kProtocol and kTooLarge, after which the reader is of no more use.
  [[nodiscard]] std::unique_ptr<Reply> next();

  /// True while part of a reply is held.
  [[nodiscard]] bool isAmidReply() const noexcept { return amid_reply_; }

  struct Budget;

 private:
  struct Free {
    void operator()(redisReader* reader) const noexcept;
  };

  void checkPending() const;

  std::size_t limit_;
  std::unique_ptr<Budget> budget_;
  std::unique_ptr<redisReader, Free> reader_;
  bool amid_reply_ = false;
};

}  // namespace forage::redis
