#include "cache/tally.h"

#include <algorithm>

namespace forage::app {

namespace {

constexpr std::size_t kMaxNames = 100'000;
constexpr std::string_view kOthers = "(others)";

}  // namespace

std::string_view hostOf(std::string_view url) noexcept {
  constexpr std::string_view kSeparator = "://";
  const std::size_t scheme = url.find(kSeparator);
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + kSeparator.size());
  return url.substr(0, url.find_first_of("/?#"));
}

void Tally::add(const EntryView& view) {
  const std::uint64_t bytes = view.entry->body().size();
  total_.add(bytes);
  if (view.remaining <= Millis::zero()) expired_.add(bytes);
  if (view.remaining == kForever) forever_.add(bytes);
  const WallTime received = view.entry->received();
  oldest_ = std::min(oldest_.value_or(received), received);
  newest_ = std::max(newest_.value_or(received), received);
  classes_[static_cast<std::size_t>(std::clamp(view.entry->status() / 100, 0, 9))].add(bytes);
  count(types_, view.type.empty() ? "(none)" : std::string_view(view.type), bytes);
  const std::string_view host = hostOf(view.url);
  count(hosts_, host.empty() ? "(digests of long URLs)" : host, bytes);
}

void Tally::count(Amounts& amounts, std::string_view name, std::uint64_t bytes) {
  auto found = amounts.find(name);
  if (found == amounts.end()) {
    found = amounts.try_emplace(std::string(amounts.size() < kMaxNames ? name : kOthers)).first;
  }
  found->second.add(bytes);
}

std::vector<NamedAmount> Tally::statusClasses() const {
  std::vector<NamedAmount> named;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    if (classes_[i].entries != 0) named.push_back({std::to_string(i) + "xx", classes_[i]});
  }
  return named;
}

std::vector<NamedAmount> Tally::topTypes(std::size_t count) const { return top(types_, count); }

std::vector<NamedAmount> Tally::topHosts(std::size_t count) const { return top(hosts_, count); }

std::vector<NamedAmount> Tally::top(const Amounts& amounts, std::size_t count) {
  std::vector<NamedAmount> all;
  for (const auto& [name, amount] : amounts) all.push_back({name, amount});
  std::stable_sort(all.begin(), all.end(), [](const NamedAmount& a, const NamedAmount& b) {
    return a.amount.entries > b.amount.entries;
  });
  all.resize(std::min(all.size(), count));
  return all;
}

}  // namespace forage::app
