#include "origins.h"

#include <utility>

namespace forage::http1 {

Origin& Origins::enter(const Url& url) {
  Origin& origin = find(url);
  ++origin.users;
  return origin;
}

Origin& Origins::find(const Url& url) {
  const std::string_view key = url.origin();
  if (last_ != nullptr && last_->key == key) return *last_;
  if (const auto found = origins_.find(key); found != origins_.end()) {
    return *(last_ = found->second.get());
  }
  auto origin = std::make_unique<Origin>();
  origin->key = key;
  origin->host = url.host();
  origin->port = url.port();
  origin->tls = url.isHttps();
  const bool v6 = origin->host.find(':') != std::string::npos;
  origin->where = (v6 ? '[' + origin->host + ']' : origin->host) + ':' + std::to_string(url.port());
  return *origins_.emplace(origin->key, std::move(origin)).first->second;
}

void Origins::leave(Origin& origin) {
  if (--origin.users != 0) return;
  if (last_ == &origin) last_ = nullptr;
  origins_.erase(origins_.find(std::string_view(origin.key)));
}

}  // namespace forage::http1
