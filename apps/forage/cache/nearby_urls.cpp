#include "cache/nearby_urls.h"

#include <algorithm>
#include <array>
#include <optional>

namespace forage::app {

namespace {

std::string otherScheme(const std::string& url) {
  return url.starts_with("https:") ? "http" + url.substr(5) : "https" + url.substr(4);
}

std::string otherHost(const std::string& url) {
  constexpr std::string_view kWww = "www.";
  const std::size_t host = url.find("://") + 3;
  return url.compare(host, kWww.size(), kWww) == 0
             ? url.substr(0, host) + url.substr(host + kWww.size())
             : url.substr(0, host).append(kWww) + url.substr(host);
}

std::string otherEnd(const std::string& url) {
  const std::size_t end = std::min(url.find('?'), url.size());
  return url[end - 1] == '/' ? url.substr(0, end - 1) + url.substr(end)
                             : url.substr(0, end) + '/' + url.substr(end);
}

std::string withoutQuery(const std::string& url) { return url.substr(0, url.find('?')); }

}  // namespace

std::vector<std::string> nearbyUrls(const Url& url) {
  // One difference, then two, and so on: bit i of `which` says whether change i is made.
  constexpr std::array kChanges{otherEnd, otherScheme, otherHost, withoutQuery};
  std::vector<unsigned> order;
  for (unsigned which = 1; which < 1u << kChanges.size(); ++which) order.push_back(which);
  std::stable_sort(order.begin(), order.end(), [](unsigned a, unsigned b) {
    return __builtin_popcount(a) < __builtin_popcount(b);
  });
  std::vector<std::string> near;
  for (const unsigned which : order) {
    std::string text = url.text();
    for (std::size_t i = 0; i < kChanges.size(); ++i) {
      if ((which >> i & 1u) != 0) text = kChanges[i](text);
    }
    const std::optional<Url> other = Url::parse(text);
    if (!other || *other == url) continue;
    if (std::find(near.begin(), near.end(), other->text()) == near.end()) {
      near.push_back(other->text());
    }
  }
  return near;
}

}  // namespace forage::app
