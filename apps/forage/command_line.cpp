#include "command_line.h"

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>

#include <charconv>
#include <limits>
#include <sstream>
#include <utility>

#include "forage/config.h"

namespace forage::app {

namespace {

constexpr int kHelpWidth = 100;

Poco::Util::Option optional(const char* name, const char* letter, const char* help) {
  return Poco::Util::Option(name, letter, help).required(false).repeatable(true);
}

/// The one of `known` that `name` is nearest to, be it as a whole or as its beginning.
std::string_view nearestOption(const std::string& name,
                               const std::vector<std::string_view>& known) {
  const std::string_view whole = nearest(name, known);
  if (!whole.empty() || name.size() < 3) return whole;
  for (const std::size_t longer : {0u, 1u}) {
    std::vector<std::string_view> starts;
    for (const std::string_view one : known) starts.push_back(one.substr(0, name.size() + longer));
    const std::string_view start = nearest(name, starts);
    for (const std::string_view one : known) {
      if (!start.empty() && one.starts_with(start)) return one;
    }
  }
  return {};
}

/// HelpFormatter leaves a blank wherever it breaks a line.
std::string withoutTrailingBlanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out.erase(out.find_last_not_of(' ') + 1);
    out += c;
  }
  return out;
}

}  // namespace

bool Arguments::has(std::string_view option) const noexcept {
  return options_.find(option) != options_.end();
}

std::string Arguments::value(std::string_view option, std::string_view fallback) const {
  const auto found = options_.find(option);
  return found == options_.end() ? std::string(fallback) : found->second.back();
}

std::vector<std::string> Arguments::values(std::string_view option) const {
  const auto found = options_.find(option);
  return found == options_.end() ? std::vector<std::string>{} : found->second;
}

CommandLine::CommandLine(std::string command, std::string usage, std::string purpose,
                         std::string examples)
    : command_(std::move(command)),
      usage_(std::move(usage)),
      purpose_(std::move(purpose)),
      examples_(std::move(examples)) {
  flag("help", "h", "show this");
}

CommandLine& CommandLine::flag(const char* name, const char* letter, const char* help) {
  options_.addOption(optional(name, letter, help));
  return *this;
}

CommandLine& CommandLine::option(const char* name, const char* letter, const char* value,
                                 const char* help) {
  options_.addOption(optional(name, letter, help).argument(value));
  return *this;
}

CommandLine& CommandLine::number(const char* name, const char* value, int min, int max,
                                 const char* help) {
  ranges_[name] = {min, max};
  return option(name, "", value, help);
}

Arguments CommandLine::parse(std::span<const std::string> args) const {
  Arguments result;
  Poco::Util::OptionProcessor processor(options_);
  processor.setUnixStyle(true);
  std::string waiting;  // the option whose value comes next
  bool options_ended = false;
  const auto take = [&](const std::string& arg) {
    std::string name;
    std::string value;
    if (!processor.process(arg, name, value)) {
      result.operands_.push_back(arg);
    } else if (!name.empty()) {
      requireFit(name, value);
      waiting.clear();
      result.options_[name].push_back(value);
    } else if (arg == "--" && waiting.empty()) {
      options_ended = true;
    } else {  // its value is the next argument
      waiting = arg;
    }
  };
  for (const std::string& arg : args) {
    const bool is_value = !waiting.empty() || options_ended;
    try {
      for (const std::string& one : is_value ? std::vector{arg} : split(arg)) take(one);
    } catch (const Poco::Util::OptionException& error) {
      throw UsageError(error.message().empty() ? arg : error.message());
    }
  }
  if (!waiting.empty()) throw UsageError(waiting + " wants a value");
  return result;
}

const Poco::Util::Option* CommandLine::optionOfLetter(char letter) const {
  for (const Poco::Util::Option& option : options_) {
    if (option.shortName() == std::string(1, letter)) return &option;
  }
  return nullptr;
}

std::vector<std::string> CommandLine::split(const std::string& arg) const {
  std::vector<std::string> all;
  const bool has_letters = arg.size() > 1 && arg[0] == '-' && arg[1] != '-';
  std::string rest = arg;
  while (has_letters && rest.size() > 2) {
    const Poco::Util::Option* option = optionOfLetter(rest[1]);
    if (option == nullptr || option->takesArgument()) break;
    if (rest[2] == '=') throw UsageError("--" + option->fullName() + " takes no value");
    all.push_back(rest.substr(0, 2));
    rest.erase(1, 1);
  }
  requireKnown(rest);
  all.push_back(std::move(rest));
  return all;
}

void CommandLine::requireFit(const std::string& name, const std::string& value) const {
  const auto range = ranges_.find(name);
  if (range == ranges_.end()) return;
  const auto [min, max] = range->second;
  int number = 0;
  const char* end = value.data() + value.size();
  const auto [read, error] = std::from_chars(value.data(), end, number);
  if (error == std::errc{} && read == end && number >= min && number <= max) return;
  const bool is_open = max == std::numeric_limits<int>::max();
  throw UsageError("--" + name + " wants a whole number " +
                   (is_open ? "of at least " + std::to_string(min)
                            : "from " + std::to_string(min) + " to " + std::to_string(max)) +
                   ", not " + value);
}

// OptionSet would take "--rep" for "--report", and break who relies on it with the next option.
void CommandLine::requireKnown(const std::string& arg) const {
  if (arg.size() < 2 || arg[0] != '-' || arg == "--") return;
  if (arg[1] != '-') {
    if (optionOfLetter(arg[1]) == nullptr) throw UsageError("unknown option " + arg.substr(0, 2));
    return;
  }
  const std::size_t equal = arg.find('=');
  const std::string name = arg.substr(2, equal - 2);
  std::vector<std::string_view> known;
  for (const Poco::Util::Option& option : options_) {
    known.push_back(option.fullName());
    if (option.fullName() != name) continue;
    if (equal == std::string::npos || option.takesArgument()) return;
    throw UsageError("--" + name + " takes no value");
  }
  const std::string_view near = nearestOption(name, known);
  throw UsageError("unknown option --" + name +
                   (near.empty() ? "" : ", did you mean --" + std::string(near) + "?"));
}

std::string CommandLine::help(std::string_view before_examples) const {
  Poco::Util::HelpFormatter formatter(options_);
  formatter.setUnixStyle(true);
  formatter.setWidth(kHelpWidth);
  formatter.setCommand(command_);
  formatter.setUsage(usage_);
  formatter.setHeader("\n" + purpose_);
  std::ostringstream text;
  formatter.format(text);
  text << before_examples;
  if (!examples_.empty()) text << "\nExamples:\n" << examples_;
  return withoutTrailingBlanks(text.str());
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view near = nearest(word, known);
  return near.empty() ? std::string() : ", did you mean " + std::string(near) + "?";
}

}  // namespace forage::app
