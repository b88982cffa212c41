#include "config/expansion.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "config/file_text.h"

namespace forage::config {

namespace {

struct Reference {
  std::string_view name;
  std::optional<std::string_view> fallback;
};

/// Reads "NAME" or "NAME:-default", what stands between the braces.
std::optional<Reference> parseReference(std::string_view inner) noexcept {
  Reference reference{inner, std::nullopt};
  if (const std::size_t colon = inner.find(":-"); colon != std::string_view::npos) {
    reference.name = inner.substr(0, colon);
    reference.fallback = inner.substr(colon + 2);
  }
  if (!isVariableName(reference.name)) return std::nullopt;
  return reference;
}

void fail(Expanded& result, std::string problem) {
  if (result.problem.empty()) result.problem = std::move(problem);
}

/// Appends what `inner` stands for; the names of variables that are not set go to `missing`.
void appendVariable(std::string_view inner, Variables& variables, Expanded& result,
                    std::vector<std::string>& missing) {
  const std::optional<Reference> reference = parseReference(inner);
  if (!reference) {
    fail(result, "\"${" + printable(inner, 40) +
                     "}\" names no variable; write \"$${\" where \"${\" is meant");
    return;
  }
  const std::optional<std::string> value = variables.find(reference->name);
  if (reference->fallback && (!value || value->empty())) {
    result.text += *reference->fallback;
  } else if (value) {
    result.text += *value;
  } else {
    missing.push_back(printable(reference->name, 80));
  }
}

/// What is said of variables that are not set.
std::string notSet(const std::vector<std::string>& missing) {
  std::string names;
  for (const std::string& name : missing) {
    const bool is_known = &name != std::find(missing.data(), &name, name);
    if (!is_known) names += (names.empty() ? "" : ", ") + name;
  }
  const bool one = names == missing.front();
  return (one ? "the variable " + names + " is" : "the variables " + names + " are") +
         " not set, neither in the environment nor in .env";
}

}  // namespace

Variables::Variables(Environment environment, std::filesystem::path dotenv, Sources& sources,
                     Findings& findings)
    : environment_(std::move(environment)),
      dotenv_file_(std::move(dotenv)),
      sources_(sources),
      findings_(findings) {}

std::optional<std::string> Variables::find(std::string_view name) {
  if (std::optional<std::string> value = environment_(name)) return value;
  if (!dotenv_) readDotenv();
  const auto found = dotenv_->find(name);
  if (found == dotenv_->end()) return std::nullopt;
  return found->second;
}

void Variables::readDotenv() {
  dotenv_.emplace();
  if (dotenv_file_.empty()) return;
  const FileText file = readFileText(dotenv_file_);
  if (file.missing) return;
  const std::uint32_t source = sources_.addFile(dotenv_file_);
  if (!file.text) {
    findings_.add({source, 0, 0}, "", file.problem);
    return;
  }
  dotenv_ = parseDotenv(*file.text, [&](std::uint32_t line, std::string_view what) {
    findings_.add({source, line, 1}, "", what);
  });
}

Expanded expand(std::string_view text, Variables& variables) {
  Expanded result;
  std::vector<std::string> missing;
  std::size_t done = 0;
  while (true) {
    const std::size_t begin = text.find("${", done);
    if (begin == std::string_view::npos) break;
    result.changed = true;
    if (begin > done && text[begin - 1] == '$') {
      result.text.append(text.substr(done, begin - 1 - done)).append("${");
      done = begin + 2;
      continue;
    }
    result.text.append(text.substr(done, begin - done));
    const std::size_t end = text.find('}', begin);
    if (end == std::string_view::npos) {
      fail(result, "\"${\" is never closed; write \"$${\" where \"${\" is meant");
      break;
    }
    appendVariable(text.substr(begin + 2, end - begin - 2), variables, result, missing);
    done = end + 1;
    // Many references to one large variable must not fill the memory.
    if (result.text.size() > kMaxFile) {
      fail(result, "grows beyond 1 MiB when its variables are expanded");
      break;
    }
  }
  result.text.append(text.substr(done));
  result.unset = result.problem.empty() && !missing.empty();
  if (result.unset) result.problem = notSet(missing);
  if (!result.problem.empty()) result.text.clear();
  return result;
}

bool hasVariable(std::string_view text) noexcept { return text.find("${") != text.npos; }

}  // namespace forage::config
