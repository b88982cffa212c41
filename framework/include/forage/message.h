// HTTP messages as they pass between the pipeline and fetchers. Header fields are kept as one block
// of text: one allocation for a whole header section, and nothing is parsed that nobody reads.
// Values; not thread-safe to change, safe to read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "forage/export.h"
#include "forage/url.h"

namespace forage {

struct HeaderField {
  std::string_view name;
  std::string_view value;
};

/// A view of a block of lines "Name: value\r\n". Reading is safe whatever the bytes are: a line
/// without a colon ends the block.
class FORAGE_API HeadersView {
 public:
  class FORAGE_API Iterator {
   public:
    Iterator() = default;
    explicit Iterator(std::string_view rest) noexcept : rest_(rest) { read(); }
    const HeaderField& operator*() const noexcept { return field_; }
    const HeaderField* operator->() const noexcept { return &field_; }
    Iterator& operator++() noexcept {
      read();
      return *this;
    }
    bool operator==(const Iterator& other) const noexcept { return at_end_ == other.at_end_; }

   private:
    void read() noexcept;
    std::string_view rest_;
    HeaderField field_;
    bool at_end_ = true;
  };

  HeadersView() = default;
  explicit HeadersView(std::string_view block) noexcept : block_(block) {}

  [[nodiscard]] Iterator begin() const noexcept { return Iterator(block_); }
  [[nodiscard]] Iterator end() const noexcept { return {}; }
  /// Value of the first field called `name` (case-insensitive), without surrounding white space.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  /// All values of `name`, joined with ", " (RFC 9110, section 5.3); "" when there is none.
  [[nodiscard]] std::string joined(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  [[nodiscard]] std::string_view block() const noexcept { return block_; }
  [[nodiscard]] bool empty() const noexcept { return block_.empty(); }

 private:
  std::string_view block_;
};

/// Owns a block of header fields.
class FORAGE_API Headers {
 public:
  Headers() = default;
  /// Takes a block as described at HeadersView. REQUIRES: well-formed lines.
  explicit Headers(std::string block) noexcept : block_(std::move(block)) {}

  /// Appends a field. REQUIRES: a name of token characters, a value without CR, LF and NUL.
  void add(std::string_view name, std::string_view value);
  /// Removes every field called `name` (case-insensitive).
  void remove(std::string_view name);
  void set(std::string_view name, std::string_view value) {
    remove(name);
    add(name, value);
  }

  [[nodiscard]] HeadersView view() const noexcept { return HeadersView(block_); }
  operator HeadersView() const noexcept { return view(); }
  [[nodiscard]] auto find(std::string_view name) const noexcept { return view().find(name); }
  [[nodiscard]] auto begin() const noexcept { return view().begin(); }
  [[nodiscard]] auto end() const noexcept { return view().end(); }
  [[nodiscard]] const std::string& block() const noexcept { return block_; }
  [[nodiscard]] std::string release() && noexcept { return std::move(block_); }

 private:
  std::string block_;
};

/// ASCII case-insensitive equality, as for field names (RFC 9110, section 5.1).
[[nodiscard]] FORAGE_API bool equalsIgnoreCase(std::string_view a, std::string_view b) noexcept;

/// One request. It owns nothing: what it refers to lives until the fetch is reported or cancelled.
struct Request {
  std::string_view method = "GET";
  const Url* url = nullptr;
  HeadersView headers;    ///< all fields but Host, Content-Length, Connection, Transfer-Encoding
  std::string_view body;  ///< sent with Content-Length when not empty
};

/// One complete response. Hop-by-hop framing has been taken off; the content coding is still on.
struct Response {
  int status = 0;
  std::string reason;
  Headers headers;   ///< as received, in order, without trailers
  std::string body;  ///< complete, as received after transfer coding
};

}  // namespace forage
