#include "config/job_builder.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "config/redaction.h"
#include "forage/version.h"

namespace forage::config {

namespace {

constexpr std::size_t kShownItems = 3;

/// `node` as the effective configuration shows it: long lists cut, secrets masked.
std::string shownValue(std::string_view key, const Node& node) {
  if (isSecretName(lastPart(key))) return "\"***\"";
  const Node::List* items = node.list();
  if (items == nullptr || items->size() <= kShownItems) return redacted(toToml(node));
  Node first = node;
  first.list()->resize(kShownItems);
  return redacted(toToml(first)) + "  # and " + std::to_string(items->size() - kShownItems) +
         " more";
}

/// The value that a text stands for which a variable was expanded to.
void readExpanded(const KeySpec& spec, Node& node) {
  const std::string* text = node.text();
  if (text == nullptr) return;
  if (spec.type == Type::kFlagOrDuration && (*text == "true" || *text == "false")) {
    node.data = *text == "true";
    return;
  }
  if (spec.type != Type::kInteger) return;
  std::int64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [read, error] = std::from_chars(text->data(), end, number);
  if (error == std::errc{} && read == end) node.data = number;
}

}  // namespace

LoadedJob JobBuilder::build() {
  buildCache();
  buildFetch();
  buildPolite();
  buildRun();
  buildSinks();
  buildGroups();
  std::sort(loaded_.effective.begin(), loaded_.effective.end(),
            [](const EffectiveValue& a, const EffectiveValue& b) { return a.key < b.key; });
  return std::move(loaded_);
}

void JobBuilder::buildFetch() {
  FetchOptions& fetch = loaded_.job.fetch;
  takeValue("fetch.plugin", fetch.plugin.name);
  fetch.plugin = usePlugin("fetch", fetch.plugin.name, findNode("fetch.plugin"));
  for (const char* key : {"fetch.ca_file", "fetch.cert_file", "fetch.crl_file", "fetch.key_file"}) {
    addGeneral(fetch.plugin, key, true);
  }
  addGeneral(fetch.plugin, "fetch.tls_min_version", false);
  addUnusedTables("fetch", {fetch.plugin.name});

  takeNumber("fetch.connect_timeout", fetch.limits.connect_timeout);
  takeNumber("fetch.max_filesize", fetch.limits.max_filesize);
  takeNumber("fetch.max_header_size", fetch.limits.max_header_bytes);
  takeNumber("fetch.max_redirs", fetch.max_redirs);
  takeNumber("fetch.max_time", fetch.limits.max_time);
  takeNumber("fetch.parallel_max", fetch.parallel_max);
  takeNumber("fetch.parallel_max_host", fetch.parallel_max_host);
  fetch.public_only = takeFlag("fetch.public_only");
  takeNumber("fetch.retry", fetch.retry);
  takeValue("fetch.retry_codes", fetch.retry_codes);
  takeNumber("fetch.retry_delay", fetch.retry_delay);
  takeNumber("fetch.retry_max_time", fetch.retry_max_time);
  takeNumber("fetch.speed_limit", fetch.limits.speed_limit);
  takeNumber("fetch.speed_time", fetch.limits.speed_time);
  fetch.user_agent = std::string("forage/") + kVersion;
  takeValue("polite.user_agent", fetch.user_agent);
}

void JobBuilder::buildPolite() {
  PoliteOptions& polite = loaded_.job.polite;
  takeNumber("polite.delay", polite.delay);
  std::string rate;
  takeValue("polite.rate", rate);
  polite.rate = parseRate(rate);
  polite.robots = takeFlag("polite.robots");
  takeNumber("polite.target_concurrency", polite.target_concurrency);
  int throttle = polite.throttle ? 1 : 0;
  takeNumber("polite.throttle", throttle);
  polite.throttle = throttle != 0;
}

void JobBuilder::buildRun() {
  takeNumber("run.grace_period", loaded_.job.run.grace_period);
  takeNumber("run.max_threads", loaded_.job.run.max_threads);
  const Value folders = take("plugins.path");
  const auto* paths = std::get_if<std::vector<std::string>>(&folders);
  if (paths == nullptr) return;
  const Place place = findNode("plugins.path")->place;
  for (const std::string& path : *paths) {
    loaded_.job.plugin_path.push_back(
        std::filesystem::absolute(resolved(path, place)).lexically_normal());
  }
}

JobBuilder::Value JobBuilder::take(std::string_view key) {
  const Node* table = root_.find(key.substr(0, key.find('.')));
  return take(specOf(key), table, std::string(key));
}

JobBuilder::Value JobBuilder::take(const KeySpec& spec, const Node* table,
                                   const std::string& shown_key) {
  const Node* written = table == nullptr ? nullptr : table->find(lastPart(spec.key));
  if (written == nullptr) {
    if (shown_key == spec.key) noteDefault(spec);
    return {};
  }
  std::optional<Node> node = expanded(*written, std::string(spec.key));
  if (!node) return {};
  if (node->text() != nullptr && *node->text() != *written->text()) readExpanded(spec, *node);
  Converted converted = convert(spec, *node);
  if (!converted.problem.empty()) {
    const bool is_secret = written->text() != nullptr && hasVariable(*written->text());
    findings_.add(converted.place.value_or(written->place), spec.key,
                  converted.problem + (is_secret ? "" : converted.found));
    return {};
  }
  if (!shown_key.empty()) note(shown_key, *node);
  return std::move(converted.value);
}

std::optional<Node> JobBuilder::expanded(const Node& node, const std::string& key) {
  Node copy = node;
  bool good = true;
  if (Node::List* items = copy.list()) {
    for (Node& item : *items) good = expandText(item, key) && good;
  } else {
    good = expandText(copy, key);
  }
  if (!good) return std::nullopt;
  return copy;
}

bool JobBuilder::expandText(Node& node, const std::string& key) {
  const std::string* text = node.text();
  if (text == nullptr || !hasVariable(*text)) return true;
  Expanded expansion = expand(*text, variables_);
  if (expansion.problem.empty()) {
    node.data = std::move(expansion.text);
    return true;
  }
  findings_.add(node.place, key, expansion.problem);
  return false;
}

std::string JobBuilder::resolved(const std::string& text, const Place& place) const {
  return (sources_.folder(place) / text).lexically_normal().string();
}

void JobBuilder::note(std::string key, const Node& node) {
  std::string value = shownValue(key, node);
  loaded_.effective.push_back({std::move(key), std::move(value), sources_.show(node.place)});
}

void JobBuilder::noteDefault(const KeySpec& spec) {
  if (spec.fallback.empty()) return;
  loaded_.effective.push_back({std::string(spec.key), defaultOf(spec), "default"});
}

std::string JobBuilder::defaultOf(const KeySpec& spec) const {
  if (spec.key == "polite.user_agent") return tomlString(std::string("forage/") + kVersion);
  if (loaded_.job.cache.policy == CachePolicy::kRfc9111) {
    if (spec.key == "cache.allowable_codes") return "[]  # as the policy says";
    if (spec.key == "cache.stale_if_error") return "true";
  }
  return std::string(spec.fallback);
}

const Node* JobBuilder::findNode(std::string_view key) const {
  const std::size_t dot = key.find('.');
  const Node* table = root_.find(key.substr(0, dot));
  return table == nullptr ? nullptr : table->find(key.substr(dot + 1));
}

}  // namespace forage::config
