// From one merged configuration to a Job: expands what is used, converts and checks it, and notes
// where each value came from. Used once; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/expansion.h"
#include "config/findings.h"
#include "config/node.h"
#include "config/schema.h"
#include "forage/config.h"

namespace forage::config {

class JobBuilder {
 public:
  /// `root` is a table without [env]. Everything outlives the builder.
  JobBuilder(const Node& root, const Sources& sources, Findings& findings, Variables& variables)
      : root_(root), sources_(sources), findings_(findings), variables_(variables) {}

  /// Builds what can be built; what is wrong has gone to the findings.
  [[nodiscard]] LoadedJob build();

  /// Where there are findings, adds the variables of general keys that are not set: by themselves
  /// they are findings only once a plugin that wants them has been loaded.
  void addUnset();

 private:
  struct Unset {
    Place place;
    std::string key;
    std::string plugin;
    std::string problem;
  };

  using Value = decltype(Converted::value);

  void buildCache();
  void buildCaches();
  void buildFreshness();
  void buildLifetimes();
  void buildNear(const std::string& name);
  void buildFetch();
  void buildPolite();
  void buildRun();
  void buildSinks();
  void buildSink(const Node& node, std::size_t number);
  void buildGroups();
  void buildGroup(const Node& node, std::size_t number);
  void buildUrls(GroupSpec& group, const Node& node, const std::string& shown);
  void checkUrls(const GroupSpec& group, const Node* urls);
  void checkGlobs(const GroupSpec& group, const Node& globs);
  void checkUrlsFile(const GroupSpec& group, const Node& node);

  /// The member `key` ("cache.plugin") of `table`, expanded and converted; nothing when it is not
  /// set or wrong. Noted as `shown_key`, unless that is empty.
  [[nodiscard]] Value take(const KeySpec& spec, const Node* table, const std::string& shown_key);
  [[nodiscard]] Value take(std::string_view key);
  /// Sets `out` to the number, or to another value of its own type, that `key` is set to.
  template <typename T>
  void takeNumber(std::string_view key, T& out) {
    const Value value = take(key);
    if (const auto* number = std::get_if<std::int64_t>(&value)) out = static_cast<T>(*number);
  }
  /// Nothing where the job does not say.
  std::optional<bool> takeFlag(std::string_view key) {
    const Value value = take(key);
    const auto* number = std::get_if<std::int64_t>(&value);
    return number == nullptr ? std::nullopt : std::optional(*number != 0);
  }
  template <typename T>
  void takeValue(std::string_view key, T& out) {
    Value value = take(key);
    if (T* taken = std::get_if<T>(&value)) out = std::move(*taken);
  }

  /// `node` with its texts expanded; nothing when that fails, which is a finding.
  [[nodiscard]] std::optional<Node> expanded(const Node& node, const std::string& key);
  [[nodiscard]] bool expandText(Node& node, const std::string& key);

  [[nodiscard]] PluginUse usePlugin(const std::string& table, const std::string& name,
                                    const Node* named);
  void addGeneral(PluginUse& use, std::string_view key, bool is_path);
  void addUnusedTables(const std::string& table, const std::set<std::string>& used);
  void addSettings(Settings::Values& values, const Node::Table& members, const std::string& shown);

  /// `text` as a path: relative to the folder of the file it stands in.
  [[nodiscard]] std::string resolved(const std::string& text, const Place& place) const;
  void note(std::string key, const Node& node);
  void noteDefault(const KeySpec& spec);
  /// The default as it holds beside what has been built already.
  [[nodiscard]] std::string defaultOf(const KeySpec& spec) const;
  [[nodiscard]] const Node* findNode(std::string_view key) const;

  const Node& root_;
  const Sources& sources_;
  Findings& findings_;
  Variables& variables_;
  LoadedJob loaded_;
  std::vector<Unset> unset_;
  std::set<std::string> group_names_;
  bool reads_stdin_ = false;
};

}  // namespace forage::config
