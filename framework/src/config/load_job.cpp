// loadJob: the order in which a configuration comes together.
#include <cstdlib>
#include <utility>

#include "config/expansion.h"
#include "config/file_text.h"
#include "config/findings.h"
#include "config/job_builder.h"
#include "config/layer_check.h"
#include "config/layers.h"
#include "config/toml_reader.h"
#include "forage/config.h"

namespace forage {

namespace {

using config::Findings;
using config::Node;
using config::Place;
using config::Sources;

std::optional<std::string> realEnvironment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

/// Lays a layer that is no file upon `root` once it has been checked by itself.
void layOption(Node& root, Node&& layer, Findings& findings) {
  config::checkOption(layer, findings);
  config::setIn(root, std::move(layer));
}

/// Lays the files upon `root`; returns whether all of them could be read.
bool layFiles(Node& root, const LoadOptions& options, Sources& sources, Findings& findings) {
  bool complete = true;
  for (const std::filesystem::path& path : options.files) {
    const std::uint32_t source = sources.addFile(path);
    config::FileText file = config::readFileText(path);
    config::TomlText toml;
    if (file.text) {
      toml = config::readToml(*file.text, source);
    } else {
      toml = {std::nullopt, std::move(file.problem), {source, 0, 0}};
    }
    if (toml.root) {
      config::checkFile(*toml.root, findings);
      config::mergeInto(root, std::move(*toml.root));
    } else {
      findings.add(toml.place, "", toml.problem);
      complete = false;
    }
  }
  return complete;
}

void layOverlay(Node& root, const LoadOptions& options, bool complete, Sources& sources,
                Findings& findings) {
  const std::uint32_t source = sources.add("--env");
  const auto known = config::applyOverlay(root, options.env);
  if (!known || !complete) return;
  std::string what = "there is no [env." + config::dottedKey(options.env) + "]" +
                     config::suggestion(options.env, {known->begin(), known->end()});
  for (const std::string& name : *known) {
    what += (&name == &known->front() ? "; known: " : ", ") + name;
  }
  if (known->empty()) what += ", nor any other";
  findings.add({source, 0, 0}, "", what);
}

void layOptions(Node& root, const LoadOptions& options, const config::Environment& environment,
                Sources& sources, Findings& findings) {
  const std::optional<std::string> url = environment("FORAGE_CACHE_URL");
  if (url && !url->empty()) {
    const Place place{sources.add("FORAGE_CACHE_URL"), 0, 0};
    layOption(root, config::layerOfText("cache", "url", *url, place), findings);
  }
  const std::uint32_t source = sources.add("--set");
  std::uint32_t number = 0;
  for (const std::string& set : options.sets) {
    if (auto layer = config::layerOfSet(set, {source, ++number, 1}, findings)) {
      layOption(root, std::move(*layer), findings);
    }
  }
}

}  // namespace

LoadedJob loadJob(const LoadOptions& options) {
  const config::Environment environment =
      options.environment ? options.environment : realEnvironment;
  Sources sources;
  Findings findings(sources);
  Node root;
  root.data = Node::Table{};
  const bool complete = layFiles(root, options, sources, findings);
  layOverlay(root, options, complete, sources, findings);
  layOptions(root, options, environment, sources, findings);

  const std::filesystem::path dotenv =
      options.files.empty() ? "" : options.files.front().parent_path() / ".env";
  config::Variables variables(environment, dotenv, sources, findings);
  config::JobBuilder builder(root, sources, findings, variables);
  LoadedJob loaded = builder.build();
  if (!options.files.empty()) loaded.job.name = options.files.front().filename().string();
  const Node* written = root.find("group");
  const bool is_wrong = written != nullptr && written->list() == nullptr;  // a finding already
  if (options.require_groups && complete && loaded.job.groups.empty() && !is_wrong) {
    // The first source is the first file, or --env where there is none.
    if (options.files.empty()) throw ConfigError("no job file: there is no group to visit");
    findings.add({0, 0, 0}, "", "no [[group]]: there is nothing to visit");
  }
  builder.addUnset();
  findings.throwIfAny();
  return loaded;
}

}  // namespace forage
