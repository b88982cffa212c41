#include "rest_call.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "utf8.h"

namespace forage::redis {

namespace {

using Form = RestCall::Form;

// Written as JSON, a byte takes six at most: a request stays below the 10 MB that Upstash takes.
constexpr std::size_t kMaxJson = 1'500'000;
// A larger value costs less time as it is than the round trip that it saves in a pipeline.
constexpr std::size_t kMaxJsonArgument = 64u << 10;

constexpr std::array<std::string_view, 6> kReads{"GET", "MGET", "PTTL", "SCAN", "PING", "ECHO"};

bool isNamed(const Command& command, std::string_view name) noexcept {
  return !command.empty() && command.front().head == name;
}

bool isReading(const Command& command) noexcept {
  return std::ranges::any_of(kReads, [&](std::string_view name) { return isNamed(command, name); });
}

bool fitsJson(const Command& command) noexcept {
  return std::ranges::all_of(command, [](const Argument& argument) {
    return argument.size() <= kMaxJsonArgument && isUtf8(argument.head) && isUtf8(argument.body);
  });
}

std::size_t sizeOf(const Command& command) noexcept {
  std::size_t size = 0;
  for (const Argument& argument : command) size += argument.size() + 3;  // quotes and comma
  return size;
}

/// Stores of different keys do not care which of them is first.
bool areDistinctStores(std::span<const Command> commands) {
  std::unordered_set<std::string_view> keys;
  return std::ranges::all_of(commands, [&](const Command& command) {
    return isNamed(command, "SET") && keys.insert(command[1].head).second;
  });
}

class Planner {
 public:
  explicit Planner(std::span<const Command> commands) : commands_(commands) {
    plan_.any_order = areDistinctStores(commands);
    const bool reads = std::ranges::all_of(
        commands, [](const Command& command) { return isNamed(command, "GET"); });
    together_ = reads ? Form::kLookUps : Form::kPipeline;
  }

  RestPlan run() && {
    for (std::size_t i = 0; i < commands_.size(); ++i) {
      if (fitsJson(commands_[i])) {
        join(i);
      } else {
        if (!plan_.any_order) close();
        plan_.calls.push_back({Form::kPath, {i}});
      }
    }
    close();
    return std::move(plan_);
  }

 private:
  void join(std::size_t index) {
    const std::size_t size = sizeOf(commands_[index]);
    if (size_ + size > kMaxJson) close();
    open_.push_back(index);
    size_ += size;
  }

  void close() {
    if (open_.empty()) return;
    const Form form = open_.size() == 1 ? Form::kCommand : together_;
    plan_.calls.push_back({form, std::move(open_)});
    open_.clear();
    size_ = 0;
  }

  std::span<const Command> commands_;
  RestPlan plan_;
  Form together_ = Form::kPipeline;
  std::vector<std::size_t> open_;  // commands that will go together
  std::size_t size_ = 0;
};

}  // namespace

RestPlan planCalls(std::span<const Command> commands) { return Planner(commands).run(); }

std::pair<RestCall, RestCall> halvesOf(const RestCall& call) {
  const auto half = [&](auto begin, auto end) {
    RestCall part{call.form, {begin, end}};
    if (part.commands.size() == 1) part.form = Form::kCommand;
    return part;
  };
  const auto middle = call.commands.begin() + static_cast<std::ptrdiff_t>(call.commands.size() / 2);
  return {half(call.commands.begin(), middle), half(middle, call.commands.end())};
}

bool isIdempotent(const Command& command) noexcept {
  return isReading(command) || isNamed(command, "SET") || isNamed(command, "UNLINK");
}

bool mayWrite(const Command& command) noexcept { return !isReading(command); }

}  // namespace forage::redis
