// A cache that holds nothing, for plugins of which only the description matters.
#pragma once

#include <memory>

#include "forage/plugin.h"

namespace {

class NullCache final : public forage::Cache {
 public:
  bool answersWithoutIo() const noexcept override { return true; }
  void find(std::span<const forage::Key>, std::span<forage::EntryPtr> found) override {
    for (forage::EntryPtr& entry : found) entry = nullptr;
  }
  void store(std::span<const forage::Keep>) override {}
  std::size_t erase(std::span<const forage::Key>) override { return 0; }
  void scan(std::string_view, const Visitor&) override {}
  forage::CacheStats stats() const noexcept override { return {}; }
};

[[maybe_unused]] std::unique_ptr<forage::Cache> makeNullCache(const forage::Settings&,
                                                              const forage::PluginContext&) {
  return std::make_unique<NullCache>();
}

}  // namespace
