// The origins that a session fetches from: known while a fetch or a connection uses them. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "connection.h"
#include "forage/url.h"

namespace forage::http1 {

class Origins {
 public:
  /// The origin of `url`, and one more user of it.
  Origin& enter(const Url& url);
  /// One more user of an origin that has some.
  void enter(Origin& origin) noexcept { ++origin.users; }
  /// One user less. Without any the origin is gone.
  void leave(Origin& origin);

  [[nodiscard]] std::size_t size() const noexcept { return origins_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  Origin& find(const Url& url);

  std::unordered_map<std::string, std::unique_ptr<Origin>, Hash, std::equal_to<>> origins_;
  Origin* last_ = nullptr;  // that was asked for: lists go from page to page of one host
};

}  // namespace forage::http1
