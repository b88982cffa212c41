// What libcurl hands out, owned. Each belongs to one thread.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "forage/error.h"

namespace forage::curl {

/// The library itself, ready for as long as one of these lives. Thread-safe.
class Library final {
 public:
  /// Throws PluginError: it is too old, or has another TLS than ours.
  Library();
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

template <auto free>
struct Free {
  template <class Handle>
  void operator()(Handle* handle) const noexcept {
    free(handle);
  }
};
using Easy = std::unique_ptr<CURL, Free<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Free<curl_multi_cleanup>>;
using Share = std::unique_ptr<CURLSH, Free<curl_share_cleanup>>;
using Address = std::unique_ptr<CURLU, Free<curl_url_cleanup>>;
using Lines = std::unique_ptr<curl_slist, Free<curl_slist_free_all>>;

/// Throws std::bad_alloc, or Error for another fault.
void check(CURLcode code);
void check(CURLMcode code);
void check(CURLSHcode code);

/// Sets one option. Throws as check() does.
template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  check(curl_easy_setopt(easy, option, value));
}
inline void set(CURL* easy, CURLoption option, const std::string& value) {
  set(easy, option, value.c_str());
}

/// Appends a line. Throws std::bad_alloc.
void append(Lines& lines, const std::string& line);

}  // namespace forage::curl
