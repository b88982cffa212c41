#include "cache/archive.h"

#include <algorithm>
#include <utility>

#include "cache/jsonl_archive.h"
#include "cache/warc_archive.h"
#include "forage/cache_key.h"

namespace forage::app {

ArchiveKind archiveKindOf(const std::string& file) {
  const std::string_view name = file;
  if (name == "-" || name.ends_with(".jsonl") || name.ends_with(".ndjson")) {
    return ArchiveKind::kJsonLines;
  }
  if (name.ends_with(".warc") || name.ends_with(".warc.gz")) return ArchiveKind::kWarc;
  throw UsageError(file +
                   ": the suffix is not known; known: .jsonl (or .ndjson), .warc, .warc.gz, or "
                   "\"-\" for JSON Lines through a pipe");
}

std::unique_ptr<EntryWriter> makeEntryWriter(const std::string& file, Terminal& terminal,
                                             const Clock& clock) {
  if (archiveKindOf(file) == ArchiveKind::kWarc) return makeWarcWriter(file, clock);
  return makeJsonLinesWriter(file, terminal);
}

std::unique_ptr<EntryReader> makeEntryReader(const std::string& file, const Job& job,
                                             std::stop_token stop, EntryReader::Tell tell) {
  if (archiveKindOf(file) == ArchiveKind::kWarc) return makeWarcReader(file, job, std::move(tell));
  return makeJsonLinesReader(file, job.fetch.limits, std::move(stop), std::move(tell));
}

EntryPtr underKey(const EntryPtr& entry, std::string_view key, WallTime expires) {
  if (entry->key() == key && entry->expires() == expires) return entry;
  Response head;
  head.status = entry->status();
  head.reason = entry->reason();
  head.headers = Headers(std::string(entry->headers().block()));
  return std::make_shared<const Entry>(key, std::move(head), entry, entry->requested(),
                                       entry->received(), expires, entry->variant());
}

Key withPrefix(std::string_view key, std::string_view prefix) {
  std::size_t begin = std::string_view::npos;
  for (const std::string_view start : {"http://", "https://", "sha256:"}) {
    begin = std::min(begin, key.find(start));
  }
  if (begin == std::string_view::npos) return {};
  const std::size_t mark = std::min(key.find('#', begin), key.size());
  const std::string_view name = key.substr(begin, mark - begin);
  Key made(prefix);
  if (name.starts_with("sha256:")) {
    made += name;
  } else {
    makeCacheKey(prefix, name, made);  // a longer prefix may leave no room for the URL
  }
  return made.append(key.substr(mark));
}

}  // namespace forage::app
