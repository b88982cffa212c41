#include "reply_reader.h"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "fault.h"

namespace forage::redis {

/// What the reply being read may still take.
struct ReplyReader::Budget {
  std::size_t bytes = 0;
  std::size_t items = 0;
  bool exceeded = false;
  bool out_of_memory = false;
};

namespace {

constexpr std::size_t kMaxItems = 100'000;
constexpr std::size_t kMaxLine = 64u << 10;  // of everything but a bulk string's content
constexpr std::size_t kReaderBuffer = 1u << 20;

/// Puts a new reply where hiredis expects it: into its array, or on its own. Null ends the reading.
/// Nothing may be thrown through hiredis, which is C.
template <typename Fill>
void* place(const redisReadTask* task, std::size_t bytes, Fill&& fill) noexcept {
  auto& budget = *static_cast<ReplyReader::Budget*>(task->privdata);
  if (budget.items == 0 || budget.bytes < bytes) {
    budget.exceeded = true;
    return nullptr;
  }
  --budget.items;
  budget.bytes -= bytes;
  try {
    if (task->parent != nullptr) {
      // Grows with what has arrived, never with what an array announces.
      auto& items = static_cast<Reply*>(task->parent->obj)->items;
      fill(items.emplace_back());
      return &items.back();
    }
    auto reply = std::make_unique<Reply>();
    fill(*reply);
    return reply.release();
  } catch (const std::bad_alloc&) {
    budget.out_of_memory = true;
    return nullptr;
  }
}

void* createString(const redisReadTask* task, char* text, std::size_t size) {
  return place(task, size, [&](Reply& reply) {
    reply.type = task->type == REDIS_REPLY_ERROR    ? Reply::Type::kError
                 : task->type == REDIS_REPLY_STATUS ? Reply::Type::kStatus
                                                    : Reply::Type::kString;
    reply.text.assign(text, size);
  });
}

void* createArray(const redisReadTask* task, int) {
  return place(task, 0, [](Reply& reply) { reply.type = Reply::Type::kArray; });
}

void* createInteger(const redisReadTask* task, long long value) {
  return place(task, sizeof value, [&](Reply& reply) {
    reply.type = Reply::Type::kInteger;
    reply.integer = value;
  });
}

void* createNil(const redisReadTask* task) {
  return place(task, 0, [](Reply& reply) { reply.type = Reply::Type::kNil; });
}

void freeReply(void* reply) { delete static_cast<Reply*>(reply); }

redisReplyObjectFunctions* functions() noexcept {
  // hiredis asks for a mutable pointer and changes nothing.
  static constexpr redisReplyObjectFunctions kFunctions{createString, createArray, createInteger,
                                                        createNil, freeReply};
  return const_cast<redisReplyObjectFunctions*>(&kFunctions);
}

}  // namespace

void ReplyReader::Free::operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }

ReplyReader::ReplyReader(std::size_t limit)
    : limit_(limit),
      budget_(std::make_unique<Budget>(Budget{limit, kMaxItems})),
      reader_(redisReaderCreateWithFunctions(functions())) {
  if (!reader_) throw std::bad_alloc();
  // The default of 16 KiB has the buffer given back and grown anew for every larger value.
  reader_->maxbuf = kReaderBuffer;
  reader_->privdata = budget_.get();
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes) {
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) {
    throw std::bad_alloc();
  }
  amid_reply_ = amid_reply_ || !bytes.empty();
}

std::unique_ptr<Reply> ReplyReader::next() {
  void* raw = nullptr;
  const bool read = redisReaderGetReply(reader_.get(), &raw) == REDIS_OK;
  std::unique_ptr<Reply> reply(static_cast<Reply*>(raw));
  if (!read) {
    if (budget_->exceeded) throw ConnectionError(Fault::kTooLarge, "a reply is too large");
    if (budget_->out_of_memory || reader_->err == REDIS_ERR_OOM) throw std::bad_alloc();
    throw ConnectionError(Fault::kProtocol, "what it answers is no RESP2");
  }
  if (!reply) {
    checkPending();
    return nullptr;
  }
  *budget_ = Budget{limit_, kMaxItems};
  amid_reply_ = reader_->len != reader_->pos;
  return reply;
}

void ReplyReader::checkPending() const {
  const std::size_t pending = reader_->len - reader_->pos;
  if (pending > budget_->bytes + kMaxLine) {
    throw ConnectionError(Fault::kTooLarge, "a reply is too large");
  }
  // hiredis looks for the end of a line from its beginning each time: an endless one costs
  // quadratic time.
  if (pending > kMaxLine && std::memchr(reader_->buf + reader_->pos, '\n', kMaxLine) == nullptr) {
    throw ConnectionError(Fault::kProtocol, "what it answers is no RESP2");
  }
}

}  // namespace forage::redis
