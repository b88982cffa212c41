#include "config/schema.h"

#include <algorithm>
#include <array>
#include <limits>

namespace forage::config {

namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kMaxParallel = 100'000;
constexpr std::int64_t kTebibyte = std::int64_t{1} << 40;
constexpr std::int64_t kMaxPath = 4096;
constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

constexpr std::array kSchema{
    KeySpec{"cache.allowable_codes", Type::kCodes, "[200]"},
    KeySpec{"cache.expire_after", Type::kDuration, "\"never\"", 0, kUnlimited},
    KeySpec{"cache.fallback", Type::kName, "\"memory\""},
    KeySpec{"cache.key_prefix", Type::kText, "\"url:\"", 0, 128},
    KeySpec{"cache.plugin", Type::kName, "\"memory\""},
    KeySpec{"cache.queue_max", Type::kSize, "\"32MiB\"", 1, kTebibyte},
    KeySpec{"cache.retry_period", Type::kDuration, "\"1s\"", 10, kDay},
    KeySpec{"cache.url", Type::kText, "", 1, kMaxPath},
    KeySpec{"fetch.ca_file", Type::kText, "", 1, kMaxPath},
    KeySpec{"fetch.connect_timeout", Type::kDuration, "\"10s\"", 1, kDay},
    KeySpec{"fetch.max_filesize", Type::kSize, "\"64MiB\"", 1, kTebibyte},
    KeySpec{"fetch.max_header_size", Type::kSize, "\"256KiB\"", 1024, std::int64_t{64} << 20},
    KeySpec{"fetch.max_redirs", Type::kInteger, "10", 0, 1000},
    KeySpec{"fetch.max_time", Type::kDuration, "\"30s\"", 1, kDay},
    KeySpec{"fetch.parallel_max", Type::kInteger, "8", 1, kMaxParallel},
    KeySpec{"fetch.parallel_max_host", Type::kInteger, "8", 1, kMaxParallel},
    KeySpec{"fetch.plugin", Type::kName, "\"http\""},
    KeySpec{"group.name", Type::kText, "", 1, 256},
    KeySpec{"group.parallel_max", Type::kInteger, "", 1, kMaxParallel},
    KeySpec{"group.urls", Type::kTexts, ""},
    KeySpec{"group.urls_file", Type::kText, "", 1, kMaxPath},
    KeySpec{"plugins.path", Type::kPaths, ""},
    KeySpec{"polite.user_agent", Type::kText, "\"forage/VERSION\"", 1, 512},
    KeySpec{"run.grace_period", Type::kDuration, "\"5s\"", 0, kDay},
    KeySpec{"run.max_threads", Type::kInteger, "64", 1, 10'000},
    KeySpec{"sink.plugin", Type::kName, ""},
};
static_assert(std::is_sorted(kSchema.begin(), kSchema.end(),
                             [](const KeySpec& a, const KeySpec& b) { return a.key < b.key; }));

constexpr std::array<std::string_view, 5> kTables{"cache", "fetch", "plugins", "polite", "run"};

const KeySpec* findSpec(std::string_view key) noexcept {
  const auto found = std::lower_bound(
      kSchema.begin(), kSchema.end(), key,
      [](const KeySpec& spec, std::string_view wanted) { return spec.key < wanted; });
  return found == kSchema.end() || found->key != key ? nullptr : &*found;
}

std::string dotted(std::string_view table, std::string_view key) {
  return std::string(table) + "." + dottedKey(key);
}

bool holdsVariable(const Node& node) noexcept {
  if (const std::string* text = node.text()) return text->find("${") != text->npos;
  const Node::List* items = node.list();
  return items != nullptr && std::any_of(items->begin(), items->end(), holdsVariable);
}

/// Checks the tables of one source. `prefix` is "env.NAME." within an overlay.
class LayerCheck {
 public:
  LayerCheck(Findings& findings, std::string prefix)
      : findings_(findings), prefix_(std::move(prefix)) {}

  void root(const Node::Table& members, bool is_overlay) {
    for (const auto& [key, node] : members) {
      if (findings_.isFull()) return;
      if (std::find(kTables.begin(), kTables.end(), key) != kTables.end()) {
        table(key, node);
      } else if (key == "group" || key == "sink") {
        tables(key, node);
      } else if (key == "env" && !is_overlay) {
        overlays(node);
      } else {
        unknownTable(key, node, is_overlay);
      }
    }
  }

 private:
  void add(const Place& place, const std::string& key, std::string_view what) {
    findings_.add(place, prefix_ + key, what);
  }

  void unknownTable(std::string_view key, const Node& node, bool is_overlay) {
    std::vector<std::string_view> known(kTables.begin(), kTables.end());
    known.insert(known.end(), {"group", "sink"});
    if (!is_overlay) known.push_back("env");
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
        LayerCheck(findings_, path + ".").root(*members, true);
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
      if (const KeySpec* spec = findSpec(name + "." + key)) {
        value(*spec, member);
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
    for (const KeySpec& spec : kSchema) {
      const std::size_t dot = spec.key.find('.');
      if (spec.key.substr(0, dot) == table) here.push_back(spec.key.substr(dot + 1));
      if (spec.key.substr(dot + 1) == key) elsewhere.push_back(spec.key);
    }
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
    if (!converted.problem.empty()) add(node.place, std::string(spec.key), converted.problem);
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

  /// The tables of [[group]] or [[sink]].
  void tables(const std::string& name, const Node& node) {
    const Node::List* items = node.list();
    const auto isTable = [](const Node& item) { return item.table() != nullptr; };
    if (items == nullptr || !std::all_of(items->begin(), items->end(), isTable)) {
      return add(node.place, name, "wants tables [[" + name + "]]");
    }
    for (const Node& item : *items) {
      for (const auto& [key, member] : *item.table()) {
        if (const KeySpec* spec = findSpec(name + "." + key)) {
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
  std::string prefix_;
};

}  // namespace

std::span<const KeySpec> schema() noexcept { return kSchema; }

const KeySpec& specOf(std::string_view key) { return *findSpec(key); }

bool isPluginName(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

void checkFile(const Node& root, Findings& findings) {
  LayerCheck(findings, "").root(*root.table(), false);
}

void checkOption(const Node& root, Findings& findings) {
  LayerCheck(findings, "").root(*root.table(), true);
}

}  // namespace forage::config
