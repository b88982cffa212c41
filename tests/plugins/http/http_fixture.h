// The plugin under test (http, unless FORAGE_FETCHER names another) through its shared object, and
// short ways to talk to scripted servers.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "conformance/fetch_client.h"
#include "conformance/scripted_server.h"
#include "forage/clock.h"
#include "forage/plugin.h"
#include "support/plugin_library.h"

#ifndef FORAGE_FETCHER
#define FORAGE_FETCHER "http"
#endif

namespace forage::test {

using conformance::BoundSocket;
using conformance::failureOf;
using conformance::FetchClient;
using conformance::Gate;
using conformance::okResponse;
using conformance::Peer;
using conformance::responseOf;
using conformance::ScriptedServer;
using conformance::soon;
using Order = FetchClient::Order;

/// A value of one option: text or number.
inline Settings::Value option(const char* text) { return {std::string(text), "job.toml:1:1"}; }
inline Settings::Value option(const std::string& text) { return {text, "job.toml:1:1"}; }
inline Settings::Value option(int number) {
  return {static_cast<std::int64_t>(number), "job.toml:1:1"};
}

inline std::unique_ptr<Fetcher> makeFetcher(Settings::Values values = {}) {
  static const SystemClock clock;
  return loadPlugin(FORAGE_FETCHER)
      .make_fetcher(Settings("fetch." FORAGE_FETCHER, std::move(values)), PluginContext{clock});
}

class FetcherTest : public testing::Test {
 protected:
  explicit FetcherTest(Settings::Values options = {})
      : fetcher_(makeFetcher(std::move(options))), client_(*fetcher_) {}

  /// Makes the fetcher anew, with options.
  void useOptions(Settings::Values options) {
    other_fetcher_ = makeFetcher(std::move(options));
    other_client_ = std::make_unique<FetchClient>(*other_fetcher_);
  }
  FetchClient& client() { return other_client_ ? *other_client_ : client_; }

  Fetched fetch(const std::string& url) { return client().fetch(url); }
  Response get(const std::string& url) { return responseOf(client().fetch(url)); }
  Failure failureAt(const std::string& url) { return failureOf(client().fetch(url)); }

 private:
  std::unique_ptr<Fetcher> fetcher_;
  FetchClient client_;
  std::unique_ptr<Fetcher> other_fetcher_;
  std::unique_ptr<FetchClient> other_client_;
};

/// Runs the session until `condition` holds; false: not within the client's patience.
template <class Condition>
bool runUntil(FetchClient& client, Condition condition) {
  const TimePoint limit = soon(FetchClient::kPatience);
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= limit) return false;
    client.wait(soon(Millis(2)));
  }
  return true;
}

}  // namespace forage::test
