// The groups of a Job: names, URLs and files of URLs.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "config/job_builder.h"
#include "model/target.h"
#include "model/url_glob.h"

namespace forage::config {

namespace {

/// Why `file` cannot be read as a stream of URLs; "" when it can. Opens nothing: a pipe would wait
/// for its writer.
std::string unreadable(const std::filesystem::path& file) {
  struct ::stat status {};
  if (::stat(file.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return std::generic_category().message(EISDIR);
    if (!S_ISREG(status.st_mode)) return "it is no regular file; \"-\" reads standard input";
    if (::access(file.c_str(), R_OK) == 0) return {};
  }
  return std::generic_category().message(errno);
}

}  // namespace

void JobBuilder::buildGroups() {
  const Node* groups = root_.find("group");
  if (groups == nullptr || groups->list() == nullptr) return;
  for (const Node& group : *groups->list()) {
    const Node* name = group.find("name");
    if (name != nullptr && name->text() != nullptr) group_names_.insert(*name->text());
  }
  std::size_t number = 0;
  for (const Node& group : *groups->list()) {
    if (group.table() != nullptr) buildGroup(group, ++number);
  }
}

void JobBuilder::buildGroup(const Node& node, std::size_t number) {
  GroupSpec group;
  group.place = sources_.show(node.place);
  if (Value name = take(specOf("group.name"), &node, "");
      auto* text = std::get_if<std::string>(&name)) {
    group.name = std::move(*text);
  }
  if (node.find("name") == nullptr) {
    do {
      group.name = "group-" + std::to_string(number++);
    } while (!group_names_.insert(group.name).second);
  }
  const std::string shown = "group." + dottedKey(group.name) + ".";
  buildUrls(group, node, shown);
  if (const Value span = take(specOf("group.expire_after"), &node, shown + "expire_after");
      const auto* millis = std::get_if<std::int64_t>(&span)) {
    group.expire_after = Millis(*millis);
  }
  if (Value parallel = take(specOf("group.parallel_max"), &node, shown + "parallel_max");
      auto* count = std::get_if<std::int64_t>(&parallel)) {
    group.parallel_max = static_cast<std::size_t>(*count);
  }
  loaded_.job.groups.push_back(std::move(group));
}

void JobBuilder::buildUrls(GroupSpec& group, const Node& node, const std::string& shown) {
  const Node* urls = node.find("urls");
  const Node* globs = node.find("url_globs");
  const Node* urls_file = node.find("urls_file");
  if (urls == nullptr && globs == nullptr && urls_file == nullptr) {
    findings_.add(node.place, "group",
                  config::quoted(group.name) + " wants urls, url_globs or urls_file");
  }
  if (Value list = take(specOf("group.urls"), &node, shown + "urls");
      auto* texts = std::get_if<std::vector<std::string>>(&list)) {
    group.urls = std::move(*texts);
    checkUrls(group, urls);
    for (const Node& item : *urls->list()) group.places.push_back(sources_.show(item.place));
  }
  if (Value list = take(specOf("group.url_globs"), &node, shown + "url_globs");
      auto* texts = std::get_if<std::vector<std::string>>(&list)) {
    group.url_globs = std::move(*texts);
    checkGlobs(group, *globs);
  }
  if (Value file = take(specOf("group.urls_file"), &node, shown + "urls_file");
      auto* text = std::get_if<std::string>(&file)) {
    group.urls_file = *text == "-" ? *text : resolved(*text, urls_file->place);
    checkUrlsFile(group, *urls_file);
  }
}

void JobBuilder::checkUrls(const GroupSpec& group, const Node* urls) {
  Url url;
  std::string why;
  for (std::size_t i = 0; i < group.urls.size() && !findings_.isFull(); ++i) {
    if (readTarget(group.urls[i], url, &why)) continue;
    findings_.add((*urls->list())[i].place, "group.urls",
                  why + ": " + config::quoted(redacted(group.urls[i]), 200));
  }
}

void JobBuilder::checkGlobs(const GroupSpec& group, const Node& globs) {
  for (std::size_t i = 0; i < group.url_globs.size() && !findings_.isFull(); ++i) {
    const std::string& text = group.url_globs[i];
    const std::string why = whyNoGlob(text);
    if (why.empty()) continue;
    findings_.add((*globs.list())[i].place, "group.url_globs",
                  why + ": " + config::quoted(redacted(text), 200));
  }
}

void JobBuilder::checkUrlsFile(const GroupSpec& group, const Node& node) {
  if (*group.urls_file == "-") {
    if (std::exchange(reads_stdin_, true)) {
      findings_.add(node.place, "group.urls_file", "standard input is read by another group");
    }
    return;
  }
  const std::string why = unreadable(*group.urls_file);
  if (why.empty()) return;
  findings_.add(node.place, "group.urls_file",
                config::quoted(group.urls_file->string(), 1000) + " cannot be read: " + why);
}

}  // namespace forage::config
