// Entries made by hand, for tests of what `forage cache` says of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cache/entry_view.h"
#include "command_line.h"
#include "forage/cache.h"

namespace forage::app {

inline constexpr WallTime kNow{Millis(1'700'000'000'000)};  // 2023-11-14T22:13:20Z

struct EntrySpec {
  std::string key = "url:http://h/a";
  int status = 200;
  std::string headers = "Content-Type: text/html; charset=utf-8\r\n";
  std::string body = "body";
  Millis age = std::chrono::hours(1);
  WallTime expires = WallTime::max();
  std::string variant = "";
};

inline EntryPtr entryOf(const EntrySpec& spec) {
  Response response{spec.status, spec.status == 200 ? "OK" : "Other", Headers(spec.headers),
                    spec.body};
  const WallTime received = kNow - spec.age;
  return std::make_shared<const Entry>(spec.key, std::move(response), received - Millis(250),
                                       received, spec.expires, spec.variant);
}

/// An entry with a view of it.
struct Seen {
  explicit Seen(const EntrySpec& spec, Millis remaining = kForever)
      : entry(entryOf(spec)), view(viewOf({entry->key(), entry, remaining}, "url:", kNow)) {}
  EntryPtr entry;
  EntryView view;
};

}  // namespace forage::app
