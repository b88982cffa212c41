// Key functions of the plug points: their vtables and type information live in libforage, so that
// casts and exceptions work across plugins loaded with local symbols.
#include "forage/cache.h"
#include "forage/fetcher.h"
#include "forage/sink.h"

namespace forage {

Cache::~Cache() = default;
FetchSession::~FetchSession() = default;
Fetcher::~Fetcher() = default;
Sink::~Sink() = default;

}  // namespace forage
