// consumer PLUGIN_FOLDER SCRATCH_FOLDER: an application of its own over the installed libforage.
// Loads the three example plugins from where they were installed and uses each.
#include <forage/config.h>
#include <forage/plugin_host.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

void require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("does not hold: " + what);
}

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

forage::Fetched fetch(forage::FetchSession& session, const std::string& text) {
  const auto url = forage::Url::parse(text);
  require(url.has_value(), text + " is a URL");
  forage::Request request;
  request.url = &*url;
  session.start(1, request, {});
  std::vector<forage::Fetched> done;
  while (done.empty()) session.wait(forage::kNever, done);
  return std::move(done.front());
}

forage::Response useFetcher(forage::PluginHost& host, const forage::PluginUse& use) {
  const std::unique_ptr<forage::Fetcher> fetcher = host.makeFetcher(use);
  const std::unique_ptr<forage::FetchSession> session = fetcher->open();
  auto page = fetch(*session, "http://example.com/");
  auto missing = fetch(*session, "http://example.com/none");
  require(std::get<forage::Response>(missing.result).status == 404, "what is not there is a 404");
  auto response = std::get<forage::Response>(std::move(page.result));
  require(response.status == 200 && response.body == "front page", "the front page is fetched");
  return response;
}

forage::EntryPtr useCache(forage::PluginHost& host, const forage::PluginUse& use,
                          forage::Response&& response) {
  const std::unique_ptr<forage::Cache> cache = host.makeCache(use);
  const std::vector<forage::Key> keys{"url:http://example.com/", "url:http://example.com/2"};
  std::vector<forage::EntryPtr> found(2);
  cache->find(keys, found);
  require(!found[0], "a new cache holds nothing");
  const forage::WallTime now{};
  const auto entry = std::make_shared<const forage::Entry>(keys[0], std::move(response), now, now,
                                                           forage::WallTime::max());
  const std::vector<forage::Keep> items{{keys[0], entry}};
  cache->store(items);
  cache->find(keys, found);
  require(found[0] && found[0]->body() == "front page" && !found[1], "what is stored is found");
  std::size_t shown = 0;
  cache->scan("url:*", [&](const forage::Scanned&) { return ++shown > 0; });
  require(shown == 1 && cache->stats().hits == 1, "the cache shows and counts");
  require(cache->erase(keys) == 1, "what is erased was there");
  return entry;
}

void useSink(forage::PluginHost& host, const forage::PluginUse& use, const fs::path& file,
             const forage::EntryPtr& entry) {
  const std::unique_ptr<forage::Sink> sink = host.makeSink(use);
  forage::Visit visit;
  visit.url = "http://example.com/";
  visit.outcome = visit.source = forage::Outcome::kFetched;
  visit.response = entry;
  sink->accept(visit);
  sink->close();
  std::ifstream in(file);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  require(text == "fetched\t200\t10\thttp://example.com/\n", "the sink has a line: " + text);
}

void run(const fs::path& plugins, const fs::path& scratch) {
  write(scratch / "example.com/index.html", "front page");
  write(scratch / "job.toml", R"(
[cache]
plugin = "map"
[cache.map]
max_entries = 5
[fetch]
plugin = "mirror"
[fetch.mirror]
folder = "${PAGES}"
[[sink]]
plugin = "table"
file = "visits.tsv"
[[group]]
urls = ["http://example.com/"]
)");
  write(scratch / ".env", "PAGES=" + scratch.string() + "\n");
  forage::LoadOptions options;
  options.files = {scratch / "job.toml"};
  const forage::Job job = forage::loadJob(options).job;

  const forage::SystemClock clock;
  forage::PluginHost host(job.plugin_path, clock);
  for (const char* name : {"map", "mirror", "table"}) {
    bool found = false;
    for (const auto& each : host.list()) {
      found = found || (each.name == name && each.info != nullptr &&
                        fs::equivalent(each.file.parent_path(), plugins));
    }
    require(found, std::string(name) + " is found where it was installed");
  }
  const forage::EntryPtr entry =
      useCache(host, job.cache.plugin, useFetcher(host, job.fetch.plugin));
  useSink(host, job.sinks.front(), scratch / "visits.tsv", entry);
  try {
    forage::PluginUse wrong = job.cache.plugin;
    wrong.settings = forage::Settings("cache.map", {{"max_entries", {std::int64_t{0}, "here"}}});
    (void)host.makeCache(wrong);
    require(false, "a wrong option is refused");
  } catch (const forage::ConfigError& error) {  // thrown by code of the plugin
    require(error.findings().size() == 1, "one finding");
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  try {
    run(arguments[1], arguments[2]);
    std::cout << "all holds\n";
    return 0;
  } catch (const forage::Error& error) {
    std::cerr << error.displayText() << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
  return 1;
}
