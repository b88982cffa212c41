#include "config/layers.h"

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>

#include "config/toml_reader.h"
#include "forage/config.h"

namespace forage::config {

namespace {

std::string_view nameOf(const Node& group) noexcept {
  const Node* name = group.find("name");
  return name != nullptr && name->text() != nullptr ? std::string_view(*name->text())
                                                    : std::string_view();
}

void mergeGroups(Node::List& base, Node::List&& over) {
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < base.size(); ++i) known.emplace(nameOf(base[i]), i);
  for (Node& group : over) {
    const std::string name(nameOf(group));
    const auto found = known.find(name);
    if (!name.empty() && found != known.end()) {
      base[found->second] = std::move(group);
    } else {
      known.emplace(name, base.size());
      base.push_back(std::move(group));
    }
  }
}

void mergeTables(Node& base, Node&& over, bool holds_groups);

void mergeMember(Node& base, Node&& over, std::string_view key, bool holds_groups) {
  if (base.table() != nullptr && over.table() != nullptr) {
    // Overlays hold groups too: [[env.NAME.group]].
    mergeTables(base, std::move(over), key == "env");
  } else if (holds_groups && key == "group" && base.list() != nullptr && over.list() != nullptr) {
    mergeGroups(*base.list(), std::move(*over.list()));
  } else {
    base = std::move(over);
  }
}

void mergeTables(Node& base, Node&& over, bool holds_groups) {
  Node::Table& members = *base.table();
  for (auto& [key, member] : *over.table()) {
    const auto [found, added] = members.try_emplace(key);
    if (added && !(holds_groups && key == "group")) {
      found->second = std::move(member);
      continue;
    }
    if (added) {  // through the merge, so that one name leads to one group
      found->second.data = Node::List{};
      found->second.place = member.place;
      found->second.key_place = member.key_place;
    }
    mergeMember(found->second, std::move(member), key, holds_groups);
  }
}

void moveTo(Node& node, const Place& place) {
  node.place = node.key_place = place;
  if (Node::List* items = node.list()) {
    for (Node& item : *items) moveTo(item, place);
  } else if (Node::Table* members = node.table()) {
    for (auto& [key, member] : *members) moveTo(member, place);
  }
}

/// The value that `text` is as TOML, or the text itself.
Node valueOf(std::string_view text) {
  Node bare;
  bare.data = std::string(text);
  if (text.find('\n') != std::string_view::npos) return bare;
  TomlText toml = readToml("v = " + std::string(text), 0);
  if (!toml.root || toml.root->table()->size() != 1) return bare;
  Node& value = toml.root->table()->begin()->second;
  return std::holds_alternative<Node::Date>(value.data) ? bare : std::move(value);
}

/// The innermost place of `root`, a chain of tables with one member each; null when it is none.
Node* endOfChain(Node& root) {
  Node* node = &root;
  while (Node::Table* members = node->table()) {
    if (members->size() != 1) return nullptr;
    node = &members->begin()->second;
  }
  return node;
}

}  // namespace

void mergeInto(Node& base, Node&& over) { mergeTables(base, std::move(over), true); }

void setIn(Node& base, Node&& over) { mergeTables(base, std::move(over), false); }

std::optional<std::vector<std::string>> applyOverlay(Node& root, std::string_view name) {
  Node::Table& members = *root.table();
  Node environments;
  if (const auto found = members.find("env"); found != members.end()) {
    environments = std::move(found->second);
    members.erase(found);
  }
  if (name.empty()) return std::nullopt;
  std::vector<std::string> known;
  if (Node::Table* overlays = environments.table()) {
    if (const auto found = overlays->find(name); found != overlays->end()) {
      if (found->second.table() != nullptr) mergeInto(root, std::move(found->second));
      return std::nullopt;
    }
    for (const auto& [overlay, node] : *overlays) known.push_back(overlay);
  }
  return known;
}

std::optional<Node> layerOfSet(std::string_view set, const Place& place, Findings& findings) {
  const std::size_t equal = set.find('=');
  const std::string_view key = set.substr(0, equal);
  if (equal == std::string_view::npos) {
    findings.add(place, "", "wants KEY=VALUE, not " + config::quoted(redacted(set)));
    return std::nullopt;
  }
  TomlText toml;
  if (key.find('\n') == std::string_view::npos) toml = readToml(std::string(key) + " = 0", 0);
  Node* end = toml.root ? endOfChain(*toml.root) : nullptr;
  if (end == nullptr || !std::holds_alternative<std::int64_t>(end->data)) {
    findings.add(place, "", config::quoted(key) + " is no key");
    return std::nullopt;
  }
  *end = valueOf(set.substr(equal + 1));
  moveTo(*toml.root, place);
  return std::move(*toml.root);
}

Node layerOfText(std::string_view table, std::string_view key, std::string_view text,
                 const Place& place) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) escaped += '$';
    escaped += text[i];
  }
  Node value{std::move(escaped), place, place};
  Node::Table inner;
  inner.emplace(key, std::move(value));
  Node::Table outer;
  outer.emplace(table, Node{std::move(inner), place, place});
  return Node{std::move(outer), place, place};
}

}  // namespace forage::config
