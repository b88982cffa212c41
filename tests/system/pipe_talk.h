// Talking to `forage pipe`: requests as JSON, answers by their ids.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "forage/json_text.h"
#include "forage_command.h"
#include "support/eventually.h"

namespace forage::test {

using nlohmann::json;

/// Each line of `out` as JSON; fails the test where one is none.
inline std::vector<json> jsonLines(const std::string& out) {
  std::vector<json> lines;
  std::size_t at = 0;
  for (std::size_t end = out.find('\n'); end != std::string::npos; end = out.find('\n', at)) {
    lines.push_back(json::parse(out.substr(at, end - at), nullptr, false));
    EXPECT_FALSE(lines.back().is_discarded())
        << out.substr(at, std::min<std::size_t>(end - at, 200));
    at = end + 1;
  }
  EXPECT_EQ(at, out.size()) << "half a line at the end";
  return lines;
}

inline std::string bodyOf(const json& answer) {
  return decodeBase64(answer.value("body_b64", "?")).value_or("no Base64");
}

/// The values of header field `name`, exactly so written, in order.
inline std::vector<std::string> fieldOf(const json& answer, const std::string& name) {
  std::vector<std::string> values;
  for (const json& field : answer.value("headers", json::array())) {
    if (field[0] == name) values.push_back(field[1]);
  }
  return values;
}

/// Header fields of a request.
inline json fields(const std::vector<std::pair<std::string, std::string>>& list) {
  json fields = json::array();
  for (const auto& [name, value] : list) fields.push_back(json::array({name, value}));
  return fields;
}

/// What came of a talk that is over.
struct Talk {
  ProcessResult process;
  std::vector<json> lines;

  /// The answer with `id`; fails the test where there is not exactly one.
  [[nodiscard]] json of(const json& id) const {
    std::vector<json> found;
    for (const json& line : lines) {
      if (line.value("id", json("no id")) == id) found.push_back(line);
    }
    EXPECT_EQ(found.size(), 1u) << "answers to " << id.dump() << '\n' << process.err;
    return found.empty() ? json::object() : found[0];
  }
};

/// Everything is asked at once, then the input ends.
inline Talk talkRaw(const ForageCommand& forage, const std::string& input,
                    const std::vector<std::string>& options = {}) {
  std::vector<std::string> args{"pipe"};
  args.insert(args.end(), options.begin(), options.end());
  ProcessSpec spec = forage.spec(args);
  spec.input = input;
  Talk talk;
  talk.process = runProcess(spec);
  talk.lines = jsonLines(talk.process.out);
  return talk;
}

inline Talk talk(const ForageCommand& forage, const std::vector<json>& requests,
                 const std::vector<std::string>& options = {}) {
  std::string input;
  for (const json& request : requests) input += request.dump() + "\n";
  return talkRaw(forage, input, options);
}

/// A talk of question and answer.
class PipeProcess final {
 public:
  explicit PipeProcess(const ForageCommand& forage, const std::vector<std::string>& options = {})
      : process_(specOf(forage, options)) {}

  void send(const json& request) { process_.write(request.dump() + "\n"); }
  /// Waits for the answer to `id`.
  json answerOf(const json& id) {
    const std::string begin = "{\"id\":" + id.dump() + ",";
    EXPECT_TRUE(eventually([&] { return lineAt(begin).has_value(); })) << process_.err();
    return lineAt(begin).value_or(json::object());
  }
  json ask(json request) {
    request["id"] = ++last_id_;
    send(request);
    return answerOf(last_id_);
  }
  Process& process() { return process_; }
  ProcessResult end() {
    process_.endInput();
    return process_.wait();
  }

 private:
  static ProcessSpec specOf(const ForageCommand& forage, const std::vector<std::string>& options) {
    std::vector<std::string> args{"pipe"};
    args.insert(args.end(), options.begin(), options.end());
    ProcessSpec spec = forage.spec(args);
    spec.keeps_input_open = true;
    return spec;
  }
  /// The line that begins so, once it is whole.
  std::optional<json> lineAt(const std::string& begin) {
    const std::string out = process_.out();
    std::size_t at = out.starts_with(begin) ? 0 : out.find("\n" + begin);
    if (at == std::string::npos) return std::nullopt;
    if (at > 0) ++at;
    const std::size_t end = out.find('\n', at);
    if (end == std::string::npos) return std::nullopt;
    return json::parse(out.substr(at, end - at), nullptr, false);
  }

  Process process_;
  int last_id_ = 0;
};

}  // namespace forage::test
