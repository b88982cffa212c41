#include "request_fields.h"

#include <array>
#include <string_view>

#include "net/request_rules.h"

namespace forage::curl {

SharedLines RequestFields::linesFor(HeadersView fields) {
  if (lines_ && fields.block() == given_) return lines_;
  Lines lines;
  for (const HeaderField& field : fields) {
    if (net::isFraming(field.name)) continue;
    if (!net::isSendable(field)) return nullptr;
    // An empty value has a notation of its own: "Name:" would take the field away.
    append(lines, field.value.empty() ? std::string(field.name) + ';'
                                      : std::string(field.name) + ": " + std::string(field.value));
  }
  for (const std::string_view own : {"Accept", "Content-Type", "Expect"}) {
    if (!fields.find(own)) append(lines, std::string(own) + ':');
  }
  if (!keep_alive_) append(lines, "Connection: close");
  lines_ = std::make_shared<const Lines>(std::move(lines));
  given_ = fields.block();
  return lines_;
}

}  // namespace forage::curl
