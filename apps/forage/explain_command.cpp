// `forage explain`: what a run would do with a URL, and why.
#include <string>
#include <utility>

#include "cache/json_text.h"
#include "cache/timestamps.h"
#include "command.h"
#include "forage/error.h"
#include "forage/explain.h"
#include "forage/plugin_host.h"
#include "forage/report.h"
#include "job_options.h"
#include "terminal.h"

namespace forage::app {

namespace {

constexpr const char* kPurpose =
    "Says what a run of the job would do with a URL: the key, what the cache holds there, how old "
    "it "
    "is and how long it is fresh, what would happen, and which rule says so. It asks the cache and "
    "sends no request.";

constexpr const char* kExamples =
    "  forage explain https://example.org/ --job job.toml\n"
    "  forage explain https://example.org/ --job job.toml -H 'Accept-Language: de'\n"
    "  forage explain https://example.org/ --job job.toml --json | jq -r .decision\n"
    "\n"
    "The exit code is 0 where the cache answers, 1 where it does not: a request would be sent, or "
    "the\nURL would fail. Keys of the JSON: docs/caching.md.\n";

CommandLine describe() {
  CommandLine line("forage explain", "URL --job JOB.toml [OPTION...]", kPurpose, kExamples);
  addModeOptions(
      addJobOptions(line.option("job", "", "FILE", "the job whose cache and rules are meant")))
      .option("group", "", "NAME",
              "as a URL of this group; the first that lists it, or the only one")
      .option("method", "X", "METHOD", "of the request; GET")
      .option("header", "H", "'NAME: VALUE'", "a header field of the request; may be repeated")
      .flag("json", "", "one JSON object");
  return line;
}

RequestSpec requestOf(const Arguments& arguments) {
  if (arguments.operands().size() != 1) {
    throw UsageError("one URL is needed: forage explain URL --job JOB.toml");
  }
  RequestSpec request;
  request.follow_redirects = true;
  request.url = arguments.operands()[0];
  request.method = arguments.value("method", "GET");
  for (const std::string& field : arguments.values("header")) {
    const std::size_t colon = field.find(':');
    if (colon == std::string::npos || colon == 0 ||
        field.find_first_of("\r\n") != std::string::npos) {
      throw UsageError("--header wants 'NAME: VALUE'");
    }
    const std::size_t value = field.find_first_not_of(' ', colon + 1);
    request.headers.add(field.substr(0, colon),
                        value == std::string::npos ? std::string() : field.substr(value));
  }
  return request;
}

double secondsOf(Millis span) { return static_cast<double>(span.count()) / 1000; }

Json spanOrNull(Millis span, bool forever) {
  return forever ? Json(nullptr) : Json(secondsOf(span));
}

void putStored(Json& json, const Explanation& explanation) {
  const Entry& stored = *explanation.stored;
  const bool forever = explanation.lifetime == kForever;
  json["status"] = stored.status();
  json["bytes"] = stored.body().size();
  json["received"] = timestamp(stored.received());
  json["age_seconds"] = secondsOf(explanation.age);
  json["lifetime_seconds"] = spanOrNull(explanation.lifetime, forever);
  json["lifetime_source"] = explanation.lifetime_source;
  json["remaining_seconds"] = spanOrNull(explanation.lifetime - explanation.age, forever);
  Json& headers = json["headers"] = Json::array();
  for (const HeaderField& field : stored.headers()) {
    headers.push_back({field.name, redactedField(field.name, field.value)});
  }
}

Json jsonOf(const Explanation& explanation, const Job& job) {
  Json json;
  json["url"] = redacted(explanation.url);
  if (!explanation.final_url.empty()) json["final_url"] = redacted(explanation.final_url);
  json["policy"] = job.cache.policy == CachePolicy::kTtl ? "ttl" : "rfc9111";
  json["key"] = redacted(explanation.key);
  if (!explanation.variant_key.empty()) json["variant_key"] = redacted(explanation.variant_key);
  json["stored"] = explanation.stored != nullptr;
  if (explanation.stored != nullptr) putStored(json, explanation);
  // "answer, and validate meanwhile": the words behind the first are for people.
  json["decision"] = explanation.decision.substr(0, explanation.decision.find_first_of(",:"));
  json["rule"] = explanation.rule;
  json["answers"] = explanation.answers;
  const bool may_fail = !explanation.answers;
  if (may_fail) json["unreachable"] = explanation.on_error ? "answer" : "fail";
  return json;
}

/// A run of the job would go on where there is a fallback; this has nothing to look into.
int cannotAnswer(const CacheError& error, const Job& job, Terminal& terminal) {
  terminal.notice("the cache cannot answer: " + error.message());
  if (job.cache.fallback) {
    terminal.notice("a run would keep entries in " + job.cache.fallback->name +
                    " until it returns, and begin with none");
  }
  return static_cast<int>(ExitCode::kNetwork);
}

int run(const Arguments& arguments, Context& context) {
  const RequestSpec request = requestOf(arguments);
  if (!arguments.has("job")) throw UsageError("--job JOB.toml says which cache is meant");
  LoadOptions options = loadOptionsOf(arguments, {arguments.value("job")});
  options.require_groups = false;
  Job job = loadJob(options).job;
  job.cache.mode = modeOf(arguments);
  const SystemClock clock;
  PluginHost plugins(job.plugin_path, clock);
  plugins.checkTables(job);
  const std::unique_ptr<Cache> cache = plugins.makeCache(job.cache.plugin);
  try {
    const Explanation explanation =
        explain(job, *cache, clock, request, arguments.value("group", ""));
    context.terminal.print(arguments.has("json") ? jsonLine(jsonOf(explanation, job))
                                                 : explanation.toText());
    return explanation.answers ? 0 : static_cast<int>(ExitCode::kGeneric);
  } catch (const CacheError& error) {
    return cannotAnswer(error, job, context.terminal);
  }
}

}  // namespace

const Command kExplainCommand{"explain", "say what a run would do with a URL, and why", describe,
                              run};

}  // namespace forage::app
