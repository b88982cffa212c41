// Options and help of one subcommand, on Poco::Util's option classes. Stricter than they are: no
// abbreviations, values are validated, a missing value is an error, the nearest option is
// suggested. Letters of options without a value may stand together: -qv.
#pragma once

#include <Poco/Util/OptionSet.h>

#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forage::app {

/// The command line is wrong: exit code 2.
class UsageError final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a command line said.
class Arguments {
 public:
  [[nodiscard]] bool has(std::string_view option) const noexcept;
  /// The last value given, or `fallback`.
  [[nodiscard]] std::string value(std::string_view option, std::string_view fallback = {}) const;
  /// All values, in the order given.
  [[nodiscard]] std::vector<std::string> values(std::string_view option) const;
  /// What is no option, in the order given.
  [[nodiscard]] const std::vector<std::string>& operands() const noexcept { return operands_; }

 private:
  friend class CommandLine;
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
  std::vector<std::string> operands_;
};

class CommandLine {
 public:
  /// `command` is what the user types ("forage run"), `usage` what follows it, `purpose` one
  /// paragraph, `examples` lines shown as they are. Adds --help.
  CommandLine(std::string command, std::string usage, std::string purpose, std::string examples);

  /// Adds an option without a value. `letter` may be "".
  CommandLine& flag(const char* name, const char* letter, const char* help);
  /// Adds an option with a value, which may be given several times.
  CommandLine& option(const char* name, const char* letter, const char* value, const char* help);
  /// As option(), for a whole number from `min` to `max`.
  CommandLine& number(const char* name, const char* value, int min, int max, const char* help);

  /// Throws UsageError.
  [[nodiscard]] Arguments parse(std::span<const std::string> args) const;
  /// `before_examples` stands between the options and the examples, as it is.
  [[nodiscard]] std::string help(std::string_view before_examples = {}) const;
  [[nodiscard]] const std::string& command() const noexcept { return command_; }

 private:
  /// The options in `arg`, which is no value: several for letters that stand together.
  [[nodiscard]] std::vector<std::string> split(const std::string& arg) const;
  void requireKnown(const std::string& arg) const;
  void requireFit(const std::string& name, const std::string& value) const;
  [[nodiscard]] const Poco::Util::Option* optionOfLetter(char letter) const;

  std::string command_;
  std::string usage_;
  std::string purpose_;
  std::string examples_;
  Poco::Util::OptionSet options_;
  std::map<std::string, std::pair<int, int>, std::less<>> ranges_;  // of number(), by option
};

/// ", did you mean X?" for the one of `known` that is near to `word`; "" when none is.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     const std::vector<std::string_view>& known);

}  // namespace forage::app
