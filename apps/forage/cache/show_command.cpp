// `forage cache show`: all that the cache knows about one URL.
#include <optional>
#include <string>
#include <vector>

#include "cache/commands.h"
#include "cache/entry_text.h"
#include "cache/nearby_urls.h"
#include "cache/opened_cache.h"
#include "forage/cache_key.h"
#include "forage/config.h"
#include "forage/report.h"
#include "forage/visit.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Shows one entry: its status line and header fields as received, then its key, when it was "
    "received, its age, when it expires, what remains of its lifetime, and the size of its body. "
    "URL is any way of writing the URL, or a key, with or without its prefix, as ls shows it. "
    "Exit code 1 where the cache holds no such entry.";

constexpr const char* kExamples =
    "  forage cache show --job job.toml https://example.org/\n"
    "  forage cache show --job job.toml https://example.org/ --body > page.html\n"
    "  forage cache show --job job.toml https://example.org/ --json | jq .headers\n";

CommandLine describe() {
  CommandLine line("forage cache show", "URL|KEY --job JOB.toml [OPTION...]", kPurpose, kExamples);
  return addCacheOptions(line)
      .flag("body", "", "the body instead, content codings removed; with --json, beside the rest")
      .flag("raw", "", "the body instead, as received; with --json, beside the rest")
      .flag("json", "", "one JSON object");
}

/// The keys that `text` may mean, the likeliest first.
std::vector<Key> keysOf(const std::string& text, const std::optional<Url>& url,
                        const std::string& prefix) {
  std::vector<Key> keys{prefix + text, text};
  if (url) makeCacheKey(prefix, url->text(), keys.emplace_back());
  return keys;
}

/// Which of `keys` the cache holds, and its entry; null where there is none.
Scanned firstOf(Cache& cache, const std::vector<Key>& keys) {
  std::vector<EntryPtr> found(keys.size());
  cache.find(keys, found);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (found[i] != nullptr) return {keys[i], found[i], kForever};
  }
  return {};
}

/// What somebody can do who asked for what is not there.
std::string hint(const std::optional<Url>& url, const OpenedCache& opened) {
  if (!url) return " (forage cache ls lists what there is)";
  const std::vector<std::string> near = nearbyUrls(*url);
  std::vector<Key> keys(near.size());
  for (std::size_t i = 0; i < near.size(); ++i) {
    makeCacheKey(opened.job.cache.key_prefix, near[i], keys[i]);
  }
  std::vector<EntryPtr> found(keys.size());
  opened.cache.find(keys, found);
  for (std::size_t i = 0; i < near.size(); ++i) {
    if (found[i] != nullptr) return ", did you mean " + redacted(near[i]) + "?";
  }
  return " (forage cache ls '" + std::string(url->origin()) + "/*' lists what there is of it)";
}

void showBody(const EntryPtr& entry, const OpenedCache& opened, bool raw, Json* json,
              Terminal& terminal) {
  Visit visit;
  visit.response = entry;
  visit.max_content = opened.job.fetch.limits.max_filesize;
  const std::string_view body = raw ? entry->body() : visit.content();
  if (json == nullptr) return terminal.print(body);
  putBytes(*json, raw ? "body" : "content", body);
}

int run(const Arguments& arguments, Context& context) {
  if (arguments.operands().size() != 1) {
    throw UsageError("one URL or key is needed: forage cache show URL --job JOB.toml");
  }
  const bool raw = arguments.has("raw");
  if (raw && arguments.has("body")) throw UsageError("--body and --raw contradict each other");
  return withCache(arguments, context, [&](const OpenedCache& opened) {
    const std::string& text = arguments.operands().front();
    const std::optional<Url> url = Url::parse(text);
    const std::vector<Key> keys = keysOf(text, url, opened.job.cache.key_prefix);
    const Scanned found = firstOf(opened.cache, keys);
    if (found.entry == nullptr) {
      context.terminal.notice("not in the cache: " + redacted(text) + hint(url, opened));
      return static_cast<int>(ExitCode::kGeneric);
    }
    const EntryView view = viewOf(found, opened.job.cache.key_prefix, opened.clock.wallNow());
    const bool with_body = raw || arguments.has("body");
    if (arguments.has("json")) {
      Json json = aboutJson(view);
      if (with_body) showBody(found.entry, opened, raw, &json, context.terminal);
      context.terminal.print(jsonLine(json));
    } else if (with_body) {
      showBody(found.entry, opened, raw, nullptr, context.terminal);
    } else {
      context.terminal.print(aboutText(view));
    }
    return 0;
  });
}

}  // namespace

const Command kCacheShowCommand{"show", "show one entry: header fields, lifetime, body", describe,
                                run};

}  // namespace forage::app
