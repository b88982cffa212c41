// Loads a plugin of the build tree the way the host does, but for the host's checks: for tests of
// one plugin.
#pragma once

#include <dlfcn.h>

#include <stdexcept>
#include <string>

#include "forage/plugin.h"

namespace forage::test {

/// The description of libforage_NAME.so, which stays loaded. Throws std::runtime_error.
inline const PluginInfo& loadPlugin(const std::string& name) {
  const std::string file =
      std::string(FORAGE_BUILD_DIR) + "/lib/forage/plugins/libforage_" + name + ".so";
  void* library = ::dlopen(file.c_str(), RTLD_LOCAL | RTLD_NOW);
  if (library == nullptr) throw std::runtime_error(::dlerror());
  void* symbol = ::dlsym(library, kPluginEntryPoint);
  if (symbol == nullptr) throw std::runtime_error(::dlerror());
  return *reinterpret_cast<PluginEntryPoint>(symbol)();
}

}  // namespace forage::test
