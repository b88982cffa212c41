// A fetcher: answers from a folder of files, such as `wget --mirror` leaves behind.
// http://host/a/b is the file HOST/a/b, http://host/a/ is HOST/a/index.html.
#include <forage/plugin.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

namespace fs = std::filesystem;

class MirrorFetcher final : public forage::BlockingFetcher {
 public:
  explicit MirrorFetcher(fs::path folder) : folder_(std::move(folder)) {}

  // Called by many threads at once. Any status is a response; FetchError is for when there is none.
  forage::Response fetch(const forage::Request& request, const forage::FetchLimits& limits,
                         std::stop_token stop) override {
    // A canonical URL has no dot segments: its path leads nowhere but into the folder.
    std::string name = std::string(request.url->host()) + std::string(request.url->target());
    if (name.ends_with('/')) name += "index.html";
    std::error_code error;
    const fs::path file = folder_ / name;
    if (!fs::is_regular_file(file, error)) return {404, "Not Found", {}, {}};
    if (fs::file_size(file, error) > limits.max_filesize) {
      throw forage::FetchError(forage::ErrorKind::kTooLarge,
                               "the file is larger than max_filesize");
    }
    if (stop.stop_requested()) {
      throw forage::FetchError(forage::ErrorKind::kCancelled, "stopped");
    }
    std::ifstream in(file, std::ios::binary);
    std::string body(std::istreambuf_iterator<char>(in), {});
    if (!in) throw forage::FetchError(forage::ErrorKind::kConnect, "the file cannot be read");
    forage::Headers headers;
    headers.add("Content-Length", std::to_string(body.size()));
    return {200, "OK", std::move(headers), std::move(body)};
  }

 private:
  const fs::path folder_;
};

constexpr forage::OptionInfo kOptions[] = {
    {"folder", "path", "", "Folder with a folder for each host", true},
};

std::unique_ptr<forage::Fetcher> make(const forage::Settings& settings,
                                      const forage::PluginContext&) {
  fs::path folder = settings.path("folder");
  if (folder.empty()) settings.fail("folder", "wants a folder");
  return std::make_unique<MirrorFetcher>(std::move(folder));
}

constexpr forage::PluginInfo kInfo{.name = "mirror",
                                   .version = "1.0",
                                   .summary = "Answers from a folder of files",
                                   .options = kOptions,
                                   .make_fetcher = make};

}  // namespace

FORAGE_PLUGIN(kInfo)
