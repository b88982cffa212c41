#include "forage/cache_key.h"

#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>

namespace forage {

void makeCacheKey(std::string_view prefix, std::string_view url, Key& key) {
  key.assign(prefix);
  if (prefix.size() + url.size() <= kMaxKeyBytes) {
    key += url;
    return;
  }
  Poco::SHA2Engine sha256(Poco::SHA2Engine::SHA_256);
  sha256.update(url.data(), url.size());
  key += "sha256:";
  key += Poco::DigestEngine::digestToHex(sha256.digest());
}

}  // namespace forage
