// The options of the http plugin: what it says of them, and what it refuses.
#include <filesystem>

#include "forage/error.h"
#include "http_fixture.h"

namespace forage::test {
namespace {

std::string refusalOf(Settings::Values values) {
  try {
    makeFetcher(std::move(values));
  } catch (const ConfigError& error) {
    return error.message();
  }
  return "";
}

TEST(HttpOptions, AreDeclaredWithTheirDefaults) {
  const PluginInfo& info = loadPlugin("http");
  EXPECT_STREQ(info.name, "http");
  EXPECT_EQ(info.abi, kAbi);
  EXPECT_EQ(info.make_cache, nullptr);
  std::map<std::string, std::string> options;
  for (const OptionInfo& option : info.options) options[option.name] = option.fallback;
  EXPECT_EQ(options, (std::map<std::string, std::string>{{"ca_file", ""},
                                                         {"cert_file", ""},
                                                         {"crl_file", ""},
                                                         {"key_file", ""},
                                                         {"tls_min_version", "1.2"},
                                                         {"idle_timeout", "30s"},
                                                         {"max_idle", "64"},
                                                         {"dns_servers", ""}}));
}

TEST(HttpOptions, ThatCannotBeUsedAreRefusedWithTheirPlace) {
  EXPECT_EQ(refusalOf({{"max_idle", option(-1)}}).rfind("job.toml:1:1: fetch.http.max_idle: ", 0),
            0u);
  EXPECT_NE(refusalOf({{"idle_timeout", option("soon")}}), "");
  EXPECT_NE(refusalOf({{"ca_file", option("/does/not/exist.pem")}}), "");
  EXPECT_NE(refusalOf({{"dns_servers", option("not an address")}}), "");
  EXPECT_EQ(refusalOf({{"dns_servers", option("127.0.0.1:53,[::1]:53")}}), "");
  EXPECT_EQ(refusalOf({}), "");
}

}  // namespace
}  // namespace forage::test
