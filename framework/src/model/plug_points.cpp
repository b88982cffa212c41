// Key functions of the plug points: their vtables and type information live in libforage, so that
// casts and exceptions work across plugins loaded with local symbols.
#include "forage/cache.h"
#include "forage/fetcher.h"
#include "forage/request_source.h"
#include "forage/sink.h"

namespace forage {

LeaseHome::~LeaseHome() = default;
Leases::~Leases() = default;
ChangeListener::~ChangeListener() = default;
Cache::~Cache() = default;
void Cache::inspect(std::string_view pattern, const Visitor& visitor) { scan(pattern, visitor); }
void Cache::flush() {}
Leases* Cache::leases() noexcept { return nullptr; }
bool Cache::watch(ChangeListener*) { return false; }
FetchSession::~FetchSession() = default;
Fetcher::~Fetcher() = default;
Sink::~Sink() = default;
RequestListener::~RequestListener() = default;
RequestSource::~RequestSource() = default;

}  // namespace forage
