#include "command_line.h"

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/IntValidator.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>

#include <sstream>
#include <utility>

#include "forage/config.h"

namespace forage::app {

namespace {

constexpr int kHelpWidth = 100;

Poco::Util::Option optional(const char* name, const char* letter, const char* help) {
  return Poco::Util::Option(name, letter, help).required(false).repeatable(true);
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
  options_.addOption(optional(name, "", help)
                         .argument(value)
                         .validator(new Poco::Util::IntValidator(min, max)));  // takes it over
  return *this;
}

Arguments CommandLine::parse(std::span<const std::string> args) const {
  Arguments result;
  Poco::Util::OptionProcessor processor(options_);
  processor.setUnixStyle(true);
  std::string waiting;  // the option whose value comes next
  bool options_ended = false;
  for (const std::string& arg : args) {
    if (waiting.empty() && !options_ended) requireKnown(arg);
    std::string name;
    std::string value;
    try {
      if (!processor.process(arg, name, value)) {
        result.operands_.push_back(arg);
        continue;
      }
      if (name.empty()) {  // "--", or an option whose value is the next argument
        if (arg == "--" && waiting.empty()) {
          options_ended = true;
        } else {
          waiting = arg;
        }
        continue;
      }
      // OptionProcessor does not call validators; Poco's Application does, which we do not use.
      if (auto* validator = options_.getOption(name).validator()) {
        validator->validate(options_.getOption(name), value);
      }
    } catch (const Poco::Util::OptionException& error) {
      throw UsageError(error.message().empty() ? arg : error.message());
    }
    waiting.clear();
    result.options_[name].push_back(value);
  }
  if (!waiting.empty()) throw UsageError(waiting + " wants a value");
  return result;
}

// OptionSet would take "--rep" for "--report", and break who relies on it with the next option.
void CommandLine::requireKnown(const std::string& arg) const {
  if (arg.size() < 2 || arg[0] != '-' || arg == "--") return;
  if (arg[1] != '-') {
    if (!options_.hasOption(arg.substr(1), true)) {
      throw UsageError("unknown option " + arg.substr(0, 2));
    }
    return;
  }
  const std::string name = arg.substr(2, arg.find('=') - 2);
  std::vector<std::string_view> known;
  for (const Poco::Util::Option& option : options_) {
    if (option.fullName() == name) return;
    known.push_back(option.fullName());
  }
  const std::string_view near = nearest(name, known);
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
  return std::move(text).str();
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view near = nearest(word, known);
  return near.empty() ? std::string() : ", did you mean " + std::string(near) + "?";
}

}  // namespace forage::app
