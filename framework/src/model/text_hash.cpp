#include "model/text_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace forage {

std::uint64_t textHash(std::string_view text) noexcept {
  return XXH3_64bits(text.data(), text.size());
}

}  // namespace forage
