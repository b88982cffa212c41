// libcurl's multi interface: one thread, 16 easy handles that are used again, no cache, no output.
// usage: curl_multi URLS [TRANSFERS]
#include <curl/curl.h>

#include <algorithm>
#include <exception>
#include <memory>

#include "pages.h"

namespace {

using peers::Delivered;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Multi = std::unique_ptr<CURLM, MultiDeleter>;

std::size_t count(char*, std::size_t size, std::size_t items, void* delivered) {
  static_cast<Delivered*>(delivered)->bytes += size * items;
  return size * items;
}

class Transfers {
 public:
  explicit Transfers(const std::vector<std::string>& urls) : urls_(urls) {}

  Delivered run(std::size_t parallel) {
    for (std::size_t i = 0; i < std::min(parallel, urls_.size()); ++i) {
      easies_.emplace_back(curl_easy_init());
      CURL* easy = easies_.back().get();
      curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count);
      curl_easy_setopt(easy, CURLOPT_WRITEDATA, &delivered_);
      curl_easy_setopt(easy, CURLOPT_TIMEOUT, 30L);
      begin(easy);
    }
    int running = 1;
    while (running > 0) {
      if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) {
        throw std::runtime_error("curl_multi_perform");
      }
      // What ended makes room for others, which have to be set going before anything is waited for.
      if (settle())
        running = 1;
      else if (running > 0)
        curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr);
    }
    for (const Easy& easy : easies_) curl_multi_remove_handle(multi_.get(), easy.get());
    return delivered_;
  }

 private:
  void begin(CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_URL, urls_[next_++].c_str());
    curl_multi_add_handle(multi_.get(), easy);
  }

  bool settle() {
    bool begun = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      CURL* easy = message->easy_handle;
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      if (message->data.result == CURLE_OK && status == 200) ++delivered_.ok;
      curl_multi_remove_handle(multi_.get(), easy);
      if (next_ < urls_.size()) {
        begin(easy);
        begun = true;
      }
    }
    return begun;
  }

  const std::vector<std::string>& urls_;
  std::size_t next_ = 0;
  Delivered delivered_;
  Multi multi_{curl_multi_init()};
  std::vector<Easy> easies_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::runtime_error("usage: curl_multi URLS [TRANSFERS]");
    const auto urls = peers::readUrls(argv[1]);
    const Delivered delivered = Transfers(urls).run(argc > 2 ? std::stoul(argv[2]) : 16);
    print(delivered);
    return delivered.ok == urls.size() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "curl_multi: %s\n", error.what());
    return 1;
  }
}
