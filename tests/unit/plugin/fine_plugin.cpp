// A plugin with an option of every type.
#include "null_cache.h"

namespace {

constexpr forage::OptionInfo kOptions[] = {
    {"file", "path", "", "A path"},
    {"folder", "text", "", "A text"},
    {"append", "flag", "false", "A flag"},
    {"count", "integer", "1", "An integer"},
    {"timeout", "duration", "1s", "A duration"},
    {"max_size", "size", "1MiB", "A size"},
    {"names", "list", "[]", "A list"},
};

constexpr forage::PluginInfo kInfo{.name = "fine",
                                   .version = "1",
                                   .summary = "For tests",
                                   .options = kOptions,
                                   .make_cache = makeNullCache};

}  // namespace

FORAGE_PLUGIN(kInfo)
