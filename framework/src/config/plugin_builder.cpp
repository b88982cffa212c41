// The plugins of a Job, each with the options that its table gives it.
#include <optional>
#include <utility>

#include "config/job_builder.h"

namespace forage::config {

namespace {

/// The plugin that is known to have no use for a url before it is loaded.
constexpr std::string_view kNeedsNothing = "memory";

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
      const bool of_variable = member.text() != nullptr && hasVariable(*member.text());
      values.insert_or_assign(key,
                              Settings::Value{std::move(*setting), sources_.show(member.place),
                                              sources_.folder(member.place).string(), of_variable});
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
      unset_.push_back({node.place, std::string(key), use.name, std::move(expansion.problem)});
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

void JobBuilder::addUnset() {
  if (findings_.empty()) return;
  for (const Unset& one : unset_) {
    if (one.plugin != kNeedsNothing) findings_.add(one.place, one.key, one.problem);
  }
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

}  // namespace forage::config
