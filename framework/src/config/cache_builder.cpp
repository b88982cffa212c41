// The cache of a Job: the plugins it is made of, how long what it holds is fresh, and what it
// keeps.
#include <set>
#include <string>
#include <utility>

#include "config/job_builder.h"

namespace forage::config {

void JobBuilder::buildCache() {
  CacheOptions& cache = loaded_.job.cache;
  buildCaches();
  buildFreshness();
  takeValue("cache.allowable_codes", cache.allowable_codes);
  takeValue("cache.content_types", cache.content_types);
  takeValue("cache.forbidden_patterns", cache.forbidden_patterns);
  takeValue("cache.ignored_parameters", cache.ignored_parameters);
  takeValue("cache.key_prefix", cache.key_prefix);
  takeValue("cache.match_headers", cache.match_headers);
  takeNumber("cache.min_size", cache.min_size);
  takeNumber("cache.queue_max", cache.queue_max);
  takeNumber("cache.lease_wait", cache.lease_wait);
  takeNumber("cache.retry_period", cache.retry_period);
}

void JobBuilder::buildCaches() {
  CacheOptions& cache = loaded_.job.cache;
  if (findNode("cache.plugin") != nullptr) cache.plugin.name.clear();  // a wrong name is no other's
  std::string fallback = "memory";
  std::string near = "none";
  takeValue("cache.plugin", cache.plugin.name);
  takeValue("cache.fallback", fallback);
  takeValue("cache.near", near);
  cache.plugin = usePlugin("cache", cache.plugin.name, findNode("cache.plugin"));
  addGeneral(cache.plugin, "cache.url", false);
  if (fallback != "none" && fallback != cache.plugin.name) {
    cache.fallback = usePlugin("cache", fallback, findNode("cache.fallback"));
  }
  if (near != "none") buildNear(near);
  std::set<std::string> used{cache.plugin.name};
  if (cache.fallback) used.insert(cache.fallback->name);
  if (cache.near) used.insert(cache.near->name);
  addUnusedTables("cache", used);
}

void JobBuilder::buildNear(const std::string& name) {
  CacheOptions& cache = loaded_.job.cache;
  const Node* named = findNode("cache.near");
  if (name == cache.plugin.name) {
    findings_.add(named->place, "cache.near", "is the same as cache.plugin; \"none\" for no other");
  } else if (cache.fallback && cache.fallback->name == name) {
    cache.near = cache.fallback;  // one table for both, which is read once
    cache.near->place = sources_.show(named->place);
  } else {
    cache.near = usePlugin("cache", name, named);
  }
}

void JobBuilder::buildFreshness() {
  CacheOptions& cache = loaded_.job.cache;
  std::string policy;
  takeValue("cache.policy", policy);
  if (policy == "rfc9111") {
    cache.policy = CachePolicy::kRfc9111;
    cache.allowable_codes.clear();
    cache.stale_if_error = kForever;
  }
  takeNumber("cache.expire_after", cache.expire_after);
  takeNumber("cache.stale_if_error", cache.stale_if_error);
  takeNumber("cache.stale_while_revalidate", cache.stale_while_revalidate);
  takeNumber("cache.ttl_offset", cache.ttl_offset);
  buildLifetimes();
}

void JobBuilder::buildLifetimes() {
  const Node* items = findNode("cache.urls_expire_after");
  if (items == nullptr || items->list() == nullptr) return;
  std::size_t number = 0;
  for (const Node& item : *items->list()) {
    const std::string shown = "cache.urls_expire_after." + std::to_string(++number) + ".";
    Value pattern = take(specOf("cache.urls_expire_after.pattern"), &item, shown + "pattern");
    const Value span =
        take(specOf("cache.urls_expire_after.expire_after"), &item, shown + "expire_after");
    auto* text = std::get_if<std::string>(&pattern);
    const auto* millis = std::get_if<std::int64_t>(&span);
    if (text == nullptr || millis == nullptr) continue;  // a finding, here or of its layer
    loaded_.job.cache.urls_expire_after.push_back({std::move(*text), Millis(*millis)});
  }
}

}  // namespace forage::config
