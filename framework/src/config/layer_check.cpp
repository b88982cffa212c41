#include "config/layer_check.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/schema.h"

namespace forage::config {

namespace {

constexpr std::string_view kLifetimes = "cache.urls_expire_after";
constexpr std::size_t kMaxLifetimes = 256;

constexpr std::array<std::string_view, 5> kTables{"cache", "fetch", "plugins", "polite", "run"};

std::string dotted(std::string_view table, std::string_view key) {
  return std::string(table) + "." + dottedKey(key);
}

bool holdsVariable(const Node& node) noexcept {
  if (const std::string* text = node.text()) return text->find("${") != text->npos;
  const Node::List* items = node.list();
  return items != nullptr && std::any_of(items->begin(), items->end(), holdsVariable);
}

enum class LayerKind {
  kFile,
  kOverlay,  ///< [env.NAME] of a file
  kOption,   ///< what is no file, such as --set
};

/// Checks the tables of one source. `prefix` is "env.NAME." within an overlay.
class LayerCheck {
 public:
  LayerCheck(Findings& findings, LayerKind kind, std::string prefix)
      : findings_(findings), kind_(kind), prefix_(std::move(prefix)) {}

  void root(const Node::Table& members) {
    for (const auto& [key, node] : members) {
      if (findings_.isFull()) return;
      if (std::find(kTables.begin(), kTables.end(), key) != kTables.end()) {
        table(key, node);
      } else if (key == "group" || key == "sink") {
        tables(key, node);
      } else if (key == "env" && kind_ == LayerKind::kFile) {
        overlays(node);
      } else {
        unknownTable(key, node);
      }
    }
  }

 private:
  void add(const Place& place, const std::string& key, std::string_view what) {
    findings_.add(place, prefix_ + key, what);
  }

  void unknownTable(std::string_view key, const Node& node) {
    std::vector<std::string_view> known(kTables.begin(), kTables.end());
    known.insert(known.end(), {"group", "sink"});
    if (kind_ == LayerKind::kFile) known.push_back("env");
    std::string what = node.table() != nullptr ? "unknown table" : "unknown key";
    what += suggestion(key, known);
    add(node.key_place, dottedKey(key), what);
  }

  void overlays(const Node& node) {
    const Node::Table* environments = node.table();
    if (environments == nullptr) return add(node.place, "env", "wants tables [env.NAME]");
    for (const auto& [name, overlay] : *environments) {
      const std::string path = dotted("env", name);
      if (const Node::Table* members = overlay.table()) {
        LayerCheck(findings_, LayerKind::kOverlay, path + ".").root(*members);
      } else {
        add(overlay.place, path, "wants a table [env.NAME], not " + std::string(kindOf(overlay)));
      }
    }
  }

  void table(const std::string& name, const Node& node) {
    const Node::Table* members = node.table();
    if (members == nullptr) {
      return add(node.place, name,
                 "wants a table [" + name + "], not " + std::string(kindOf(node)));
    }
    const bool has_plugins = name == "cache" || name == "fetch";
    for (const auto& [key, member] : *members) {
      if (const KeySpec* spec = findSpec(name, key)) {
        value(*spec, member);
      } else if (dotted(name, key) == kLifetimes) {
        lifetimes(member);
      } else if (has_plugins && member.table() != nullptr) {
        pluginTable(dotted(name, key), key, member);
      } else {
        unknownKey(name, key, member);
      }
    }
  }

  void unknownKey(const std::string& table, std::string_view key, const Node& node) {
    if (findings_.isFull()) return;
    std::vector<std::string_view> here;
    std::vector<std::string_view> elsewhere;
    for (const KeySpec& spec : schema()) {
      if (tableOf(spec.key) == table) here.push_back(lastPart(spec.key));
      if (lastPart(spec.key) == key) elsewhere.push_back(spec.key);
    }
    if (tableOf(kLifetimes) == table) here.push_back(lastPart(kLifetimes));
    std::string what = "unknown key";
    if (const std::string near = suggestion(key, here); !near.empty()) {
      what += near;
    } else if (!elsewhere.empty()) {
      what += ", did you mean \"" + std::string(elsewhere.front()) + "\"?";
    }
    add(node.key_place, dotted(table, key), what);
  }

  void value(const KeySpec& spec, const Node& node) {
    if (holdsVariable(node)) return;
    const Converted converted = convert(spec, node);
    if (converted.problem.empty()) return;
    add(converted.place.value_or(node.place), std::string(spec.key),
        converted.problem + converted.found);
  }

  void pluginTable(const std::string& path, std::string_view name, const Node& node) {
    if (!isPluginName(name)) return add(node.key_place, path, "is no name of a plugin");
    for (const auto& [key, member] : *node.table()) option(path, key, member);
  }

  void option(const std::string& table, std::string_view key, const Node& node) {
    const auto isText = [](const Node& item) { return item.text() != nullptr; };
    const Node::List* items = node.list();
    const bool fits = node.table() == nullptr && !std::holds_alternative<Node::Date>(node.data) &&
                      (items == nullptr || std::all_of(items->begin(), items->end(), isText));
    if (fits) return;
    add(node.place, dotted(table, key),
        items != nullptr ? "wants a list of texts"
                         : "wants a value, not " + std::string(kindOf(node)));
  }

  void lifetimes(const Node& node) {
    const std::string name(kLifetimes);
    if (kind_ == LayerKind::kOption) {
      return add(node.place, name, "is for job files, as tables [[" + name + "]]");
    }
    tables(name, node);
    const Node::List* items = node.list();
    if (items == nullptr) return;
    if (items->size() > kMaxLifetimes) {
      return add(node.place, name, "wants at most " + std::to_string(kMaxLifetimes) + " tables");
    }
    for (const Node& item : *items) {
      if (item.table() == nullptr) continue;
      if (item.find("pattern") == nullptr) add(item.place, name, "wants pattern = \"GLOB\"");
      if (item.find("expire_after") == nullptr) {
        add(item.place, name, "wants expire_after = \"DURATION\"");
      }
    }
  }

  /// The tables of [[group]], [[sink]] or another list of tables.
  void tables(const std::string& name, const Node& node) {
    const Node::List* items = node.list();
    const auto isTable = [](const Node& item) { return item.table() != nullptr; };
    if (items == nullptr || !std::all_of(items->begin(), items->end(), isTable)) {
      return add(node.place, name, "wants tables [[" + name + "]]");
    }
    for (const Node& item : *items) {
      for (const auto& [key, member] : *item.table()) {
        if (const KeySpec* spec = findSpec(name, key)) {
          value(*spec, member);
        } else if (name == "sink") {
          option(name, key, member);
        } else {
          unknownKey(name, key, member);
        }
      }
    }
    if (name == "group") uniqueNames(*items);
  }

  void uniqueNames(const Node::List& groups) {
    std::vector<std::pair<std::string_view, const Node*>> names;
    for (const Node& group : groups) {
      const Node* name = group.find("name");
      if (name != nullptr && name->text() != nullptr) names.emplace_back(*name->text(), name);
    }
    std::stable_sort(names.begin(), names.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 1; i < names.size(); ++i) {
      if (names[i].first != names[i - 1].first) continue;
      add(names[i].second->place, "group.name",
          "there is a group \"" + printable(names[i].first) + "\" already, in line " +
              std::to_string(names[i - 1].second->place.line));
    }
  }

  Findings& findings_;
  LayerKind kind_;
  std::string prefix_;
};

}  // namespace

void checkFile(const Node& root, Findings& findings) {
  LayerCheck(findings, LayerKind::kFile, "").root(*root.table());
}

void checkOption(const Node& root, Findings& findings) {
  LayerCheck(findings, LayerKind::kOption, "").root(*root.table());
}

}  // namespace forage::config
