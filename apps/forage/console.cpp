#include "console.h"

#include <string>

#include "forage/config.h"
#include "numbers.h"
#include "terminal.h"

namespace forage::app {

Console::Console(Terminal& terminal, Detail detail) : terminal_(terminal), detail_(detail) {}

void Console::fetching(std::string_view group, std::string_view url) noexcept {
  if (takeLine(lines_, kLines)) line(Word::kFetching, group, "URL: " + redacted(url));
}

void Console::visited(const Visit& visit) noexcept {
  if (detail_ == Detail::kQuiet) return;
  if (!visit.succeeded()) {
    if (takeLine(errors_, kErrors)) {
      line(Word::kError, visit.group,
           "Failed to retrieve " + redacted(visit.url) + " (" +
               std::string(toString(visit.failure.kind)) + ": " + visit.failure.message + ")");
    }
  } else if (visit.outcome != Outcome::kFetched && visit.outcome != Outcome::kRevalidated) {
    // A joined URL is a hit: somebody else's fetch answered it.
    if (takeLine(lines_, kLines)) line(Word::kHit, visit.group, "URL: " + redacted(visit.url));
  }
  results_.add(visit);
}

void Console::notice(std::string_view text) noexcept { terminal_.notice(text); }

bool Console::takeLine(std::atomic<std::uint64_t>& count, std::uint64_t limit) noexcept {
  if (detail_ != Detail::kNormal) return detail_ == Detail::kVerbose;
  if (count.load(std::memory_order_relaxed) > limit) return false;
  const std::uint64_t before = count.fetch_add(1, std::memory_order_relaxed);
  if (before == limit) {
    terminal_.log(&count == &errors_ ? "... more errors follow: -v shows all\n"
                                     : "... more URLs follow: -v shows all\n");
  }
  return before < limit;
}

void Console::line(Word word, std::string_view group, std::string_view text) {
  struct Style {
    std::string_view label, colour;
  };
  constexpr Style kStyles[] = {
      {"[CACHE HIT]", "\x1b[32m"}, {"[FETCHING]", "\x1b[36m"}, {"[ERROR]", "\x1b[31m"}};
  const Style& style = kStyles[static_cast<std::size_t>(word)];
  std::string out;
  if (terminal_.hasColours()) out += style.colour;
  out += style.label;
  if (terminal_.hasColours()) out += "\x1b[0m";
  out += ' ' + printable(group) + " - " + printable(text) + '\n';
  terminal_.log(out);
}

void Console::printResults(std::uint64_t urls) {
  if (detail_ == Detail::kQuiet) return;
  std::string text = "\nScraping results:\n" + results_.lines();
  const std::size_t shown = results_.size();
  if (urls > shown) text += "... and " + grouped(urls - shown) + " more\n";
  terminal_.log(text);
}

}  // namespace forage::app
