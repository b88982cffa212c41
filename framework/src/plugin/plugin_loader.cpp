#include "plugin/plugin_loader.h"

#include <Poco/Exception.h>
#include <Poco/SharedLibrary.h>

#include <cstring>
#include <string>

namespace forage::plugin {

namespace {

std::string rebuild(std::string_view what, std::string_view theirs, std::string_view ours) {
  std::string text("was built for ");
  text.append(what).append(" ").append(theirs).append(", and this is ").append(ours);
  return text + ": build it again with this forage";
}

/// Why `info` is not to be used; "" when it may be. Reads no further than what has been checked.
std::string problemOf(const PluginInfo* info, std::string_view name) {
  if (info == nullptr) return "describes no plugin";
  if (info->abi != kAbi) {
    return rebuild("ABI", std::to_string(info->abi), "ABI " + std::to_string(kAbi));
  }
  if (info->size != sizeof(PluginInfo)) {
    return rebuild("a description of", std::to_string(info->size) + " bytes",
                   std::to_string(sizeof(PluginInfo)) + " bytes");
  }
  if (info->build == nullptr || std::strcmp(info->build, FORAGE_BUILD) != 0) {
    return rebuild("build", info->build == nullptr ? "nothing" : info->build, FORAGE_BUILD);
  }
  if (info->name == nullptr || info->version == nullptr || info->summary == nullptr) {
    return "has no name, version or summary";
  }
  if (name != info->name) {
    return "calls itself \"" + std::string(info->name) + "\": its file must be libforage_" +
           info->name + ".so";
  }
  if (info->make_cache == nullptr && info->make_fetcher == nullptr && info->make_sink == nullptr) {
    return "makes no cache, fetcher or sink";
  }
  return {};
}

}  // namespace

LoadedPlugin loadPlugin(const std::filesystem::path& file, std::string_view name) {
  // Neither unloaded here nor by the destructor: what a plugin made may still be in use (#3176).
  Poco::SharedLibrary library;
  try {
    // Poco's ClassLoader loads with global symbols, and of two plugins with a class of one name the
    // second then runs the first one's code (pocoproject/poco#4731).
    library.load(file.string(), Poco::SharedLibrary::SHLIB_LOCAL);
  } catch (const Poco::Exception& error) {
    std::string why = error.message();
    if (why.starts_with(file.string() + ": ")) why.erase(0, file.string().size() + 2);
    return {nullptr, "cannot be loaded: " + why};
  }
  if (!library.hasSymbol(kPluginEntryPoint)) {
    return {nullptr, std::string("is no plugin: it has no ") + kPluginEntryPoint + "()"};
  }
  const auto describe = reinterpret_cast<PluginEntryPoint>(library.getSymbol(kPluginEntryPoint));
  const PluginInfo* info = describe();
  std::string problem = problemOf(info, name);
  if (!problem.empty()) return {nullptr, std::move(problem)};
  return {info, {}};
}

}  // namespace forage::plugin
