// The body of two plugins that differ in PLUGIN_NAME alone. Everything in it is exported on
// purpose: loaded with global symbols, the second would run the first one's code.
#pragma once

#include <fstream>
#include <memory>

#include "forage/plugin.h"

#pragma GCC visibility push(default)
namespace namesake {

std::string plugin_name = PLUGIN_NAME;

std::string name();
std::string name() { return plugin_name + " " + PLUGIN_NAME; }

class Sink : public forage::Sink {
 public:
  explicit Sink(const std::string& file) : out_(file) {}
  void accept(const forage::Visit&) override { out_ << describe(); }
  void close() override { out_.close(); }
  virtual std::string describe() const { return name() + " " + PLUGIN_NAME; }

 private:
  std::ofstream out_;
};

inline std::unique_ptr<forage::Sink> make(const forage::Settings& settings,
                                          const forage::PluginContext&) {
  return std::make_unique<Sink>(settings.text("file", ""));
}

constexpr forage::OptionInfo kOptions[] = {{"file", "text", "", "Where it writes its name"}};
extern const forage::PluginInfo kInfo;
const forage::PluginInfo kInfo{.name = PLUGIN_NAME,
                               .version = "1",
                               .summary = "For tests",
                               .options = kOptions,
                               .make_sink = make};

}  // namespace namesake
#pragma GCC visibility pop

FORAGE_PLUGIN(namesake::kInfo)
