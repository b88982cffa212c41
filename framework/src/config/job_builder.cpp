#include "config/job_builder.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "config/redaction.h"
#include "forage/version.h"

namespace forage::config {

namespace {

constexpr std::size_t kShownItems = 3;

std::string_view lastPart(std::string_view key) noexcept {
  return key.substr(key.rfind('.') + 1);  // npos + 1 is 0
}

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
  if (spec.type != Type::kInteger || text == nullptr) return;
  std::int64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [read, error] = std::from_chars(text->data(), end, number);
  if (error == std::errc{} && read == end) node.data = number;
}

/// `node` as the option of a plugin; nothing for what no option can be.
std::optional<decltype(Settings::Value::data)> settingOf(const Node& node) {
  if (const auto* flag = std::get_if<bool>(&node.data)) return *flag;
  if (const auto* integer = std::get_if<std::int64_t>(&node.data)) return *integer;
  if (const auto* real = std::get_if<double>(&node.data)) return *real;
  if (const std::string* text = node.text()) return *text;
  const Node::List* items = node.list();
  if (items == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const Node& item : *items) {
    if (item.text() == nullptr) return std::nullopt;
    texts.push_back(*item.text());
  }
  return texts;
}

}  // namespace

LoadedJob JobBuilder::build() {
  buildCache();
  buildFetch();
  buildRun();
  buildSinks();
  buildGroups();
  std::sort(loaded_.effective.begin(), loaded_.effective.end(),
            [](const EffectiveValue& a, const EffectiveValue& b) { return a.key < b.key; });
  return std::move(loaded_);
}

template <typename T>
void JobBuilder::takeNumber(std::string_view key, T& out) {
  const Value value = take(key);
  if (const auto* number = std::get_if<std::int64_t>(&value)) out = static_cast<T>(*number);
}

void JobBuilder::buildCache() {
  CacheOptions& cache = loaded_.job.cache;
  std::string fallback = "memory";
  if (Value name = take("cache.plugin"); auto* text = std::get_if<std::string>(&name)) {
    cache.plugin.name = std::move(*text);
  }
  if (Value name = take("cache.fallback"); auto* text = std::get_if<std::string>(&name)) {
    fallback = std::move(*text);
  }
  cache.plugin = usePlugin("cache", cache.plugin.name, findNode("cache.plugin"));
  addGeneral(cache.plugin, "cache.url", false);
  std::set<std::string> used{cache.plugin.name};
  if (fallback != "none" && fallback != cache.plugin.name) {
    cache.fallback = usePlugin("cache", fallback, findNode("cache.fallback"));
    used.insert(fallback);
  }
  addUnusedTables("cache", used);

  if (Value prefix = take("cache.key_prefix"); auto* text = std::get_if<std::string>(&prefix)) {
    cache.key_prefix = std::move(*text);
  }
  if (Value codes = take("cache.allowable_codes");
      auto* list = std::get_if<std::vector<int>>(&codes)) {
    cache.allowable_codes = std::move(*list);
  }
  takeNumber("cache.expire_after", cache.expire_after);
  takeNumber("cache.queue_max", cache.queue_max);
  takeNumber("cache.retry_period", cache.retry_period);
}

void JobBuilder::buildFetch() {
  FetchOptions& fetch = loaded_.job.fetch;
  if (Value name = take("fetch.plugin"); auto* text = std::get_if<std::string>(&name)) {
    fetch.plugin.name = std::move(*text);
  }
  fetch.plugin = usePlugin("fetch", fetch.plugin.name, findNode("fetch.plugin"));
  addGeneral(fetch.plugin, "fetch.ca_file", true);
  addUnusedTables("fetch", {fetch.plugin.name});

  takeNumber("fetch.connect_timeout", fetch.limits.connect_timeout);
  takeNumber("fetch.max_filesize", fetch.limits.max_filesize);
  takeNumber("fetch.max_header_size", fetch.limits.max_header_bytes);
  takeNumber("fetch.max_redirs", fetch.max_redirs);
  takeNumber("fetch.max_time", fetch.limits.max_time);
  takeNumber("fetch.parallel_max", fetch.parallel_max);
  takeNumber("fetch.parallel_max_host", fetch.parallel_max_host);
  fetch.user_agent = std::string("forage/") + kVersion;
  if (Value agent = take("polite.user_agent"); auto* text = std::get_if<std::string>(&agent)) {
    fetch.user_agent = std::move(*text);
  }
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

void JobBuilder::buildSinks() {
  const Node* sinks = root_.find("sink");
  if (sinks == nullptr || sinks->list() == nullptr) return;
  std::size_t number = 0;
  for (const Node& sink : *sinks->list()) {
    if (sink.table() != nullptr) buildSink(sink, ++number);
  }
}

void JobBuilder::buildSink(const Node& node, std::size_t number) {
  const std::string shown = "sink." + std::to_string(number) + ".";
  const Node* named = node.find("plugin");
  if (named == nullptr) return findings_.add(node.place, "sink", "wants plugin = \"NAME\"");
  const Value name = take(specOf("sink.plugin"), &node, shown + "plugin");
  if (!std::holds_alternative<std::string>(name)) return;
  Node::Table options = *node.table();
  options.erase("plugin");
  Settings::Values values;
  addSettings(values, options, shown);
  if (const auto file = values.find("file"); file != values.end()) {
    if (auto* path = std::get_if<std::string>(&file->second.data);
        path != nullptr && *path != "-") {
      *path = resolved(*path, node.find("file")->place);
      file->second.folder.clear();
    }
  }
  loaded_.job.sinks.push_back({std::get<std::string>(name), Settings("sink", std::move(values)),
                               sources_.show(named->place)});
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
    findings_.add(written->place, spec.key, converted.problem);
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

PluginUse JobBuilder::usePlugin(const std::string& table, const std::string& name,
                                const Node* named) {
  const std::string section = table + "." + name;
  Settings::Values values;
  const Node* parent = root_.find(table);
  const Node* own = parent == nullptr ? nullptr : parent->find(name);
  if (own != nullptr && own->table() != nullptr) addSettings(values, *own->table(), section + ".");
  return {name,
          Settings(section, std::move(values)),
          named == nullptr ? "" : sources_.show(named->place),
          {}};
}

void JobBuilder::addSettings(Settings::Values& values, const Node::Table& members,
                             const std::string& shown) {
  for (const auto& [key, member] : members) {
    const std::string shown_key = shown + dottedKey(key);
    const std::optional<Node> node = expanded(member, shown_key);
    if (!node) continue;
    if (auto setting = settingOf(*node)) {
      values.insert_or_assign(key, Settings::Value{std::move(*setting), sources_.show(member.place),
                                                   sources_.folder(member.place).string()});
      note(shown_key, *node);
    }
  }
}

void JobBuilder::addGeneral(PluginUse& use, std::string_view key, bool is_path) {
  const KeySpec& spec = specOf(key);
  const Node* written = findNode(key);
  if (written == nullptr) return noteDefault(spec);
  const std::string option(lastPart(key));
  // [cache.NAME] url is nearer than [cache] url, but nothing is nearer than --set.
  if (use.settings.has(option) && sources_.isFile(written->place))
    return note(std::string(key), *written);
  Node node = *written;
  Settings::Values values = use.settings.values();
  if (node.text() != nullptr && hasVariable(*node.text())) {
    Expanded expansion = expand(*node.text(), variables_);
    if (expansion.unset) {
      use.unset.insert_or_assign(
          option, sources_.show(node.place) + ": " + std::string(key) + ": " + expansion.problem);
      return note(std::string(key), *written);
    }
    if (!expansion.problem.empty()) return findings_.add(node.place, key, expansion.problem);
    node.data = std::move(expansion.text);
  }
  const Converted converted = convert(spec, node);
  if (!converted.problem.empty()) return findings_.add(node.place, key, converted.problem);
  if (is_path) node.data = resolved(*node.text(), node.place);
  note(std::string(key), node);
  values.insert_or_assign(option, Settings::Value{*node.text(), sources_.show(node.place)});
  use.settings = Settings(use.settings.section(), std::move(values));
}

void JobBuilder::addUnusedTables(const std::string& table, const std::set<std::string>& used) {
  const Node* parent = root_.find(table);
  if (parent == nullptr || parent->table() == nullptr) return;
  for (const auto& [name, member] : *parent->table()) {
    if (member.table() == nullptr || used.contains(name) || !isPluginName(name)) continue;
    Settings::Values values;
    for (const auto& [key, option] : *member.table()) {
      if (auto setting = settingOf(option)) {
        values.insert_or_assign(key,
                                Settings::Value{std::move(*setting), sources_.show(option.place)});
      }
    }
    loaded_.job.other_tables.push_back({name,
                                        Settings(table + "." + name, std::move(values)),
                                        sources_.show(member.key_place),
                                        {}});
  }
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
  const std::string value = spec.key == "polite.user_agent"
                                ? tomlString(std::string("forage/") + kVersion)
                                : std::string(spec.fallback);
  loaded_.effective.push_back({std::string(spec.key), value, "default"});
}

const Node* JobBuilder::findNode(std::string_view key) const {
  const std::size_t dot = key.find('.');
  const Node* table = root_.find(key.substr(0, dot));
  return table == nullptr ? nullptr : table->find(key.substr(dot + 1));
}

}  // namespace forage::config
