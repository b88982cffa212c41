// The options of the curl plugin: what it says of them, and what it refuses.
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

Settings::Value listOf(std::vector<std::string> texts) {
  return {std::move(texts), "job.toml:1:1"};
}

TEST(CurlOptions, AreDeclaredWithTheirDefaults) {
  const PluginInfo& info = loadPlugin("curl");
  EXPECT_STREQ(info.name, "curl");
  EXPECT_EQ(info.abi, kAbi);
  EXPECT_EQ(info.make_cache, nullptr);
  std::map<std::string, std::string> options;
  for (const OptionInfo& option : info.options) options[option.name] = option.fallback;
  EXPECT_EQ(options, (std::map<std::string, std::string>{{"http_version", "auto"},
                                                         {"ca_file", ""},
                                                         {"cert_file", ""},
                                                         {"crl_file", ""},
                                                         {"key_file", ""},
                                                         {"tls_min_version", "1.2"},
                                                         {"proxy", ""},
                                                         {"no_proxy", ""},
                                                         {"interface", ""},
                                                         {"idle_timeout", "30s"},
                                                         {"max_idle", "64"}}));
}

TEST(CurlOptions, ThatCannotBeUsedAreRefusedWithTheirPlace) {
  EXPECT_EQ(refusalOf({{"max_idle", option(-1)}}).rfind("job.toml:1:1: fetch.curl.max_idle: ", 0),
            0u);
  EXPECT_NE(refusalOf({{"idle_timeout", option("soon")}}), "");
  EXPECT_NE(refusalOf({{"idle_timeout", option("500ms")}}), "");
  EXPECT_NE(refusalOf({{"ca_file", option("/does/not/exist.pem")}}), "");
  EXPECT_NE(refusalOf({{"http_version", option("3")}}), "");
  EXPECT_NE(refusalOf({{"interface", option("nosuchinterface0")}}), "");
  EXPECT_NE(refusalOf({{"interface", option("127.0.0.1.5")}}), "");
  for (const char* entry : {"", "a,b", "a b", "*.example.com", "a\tb"}) {
    EXPECT_NE(refusalOf({{"no_proxy", listOf({entry})}}), "") << entry;
  }
  EXPECT_NE(refusalOf({{"no_proxy", listOf({"*", "localhost"})}}), "");
  EXPECT_EQ(refusalOf({}), "");
}

TEST(CurlOptions, TakeWhatIsUseful) {
  for (const char* version : {"1.1", "2", "auto"}) {
    EXPECT_EQ(refusalOf({{"http_version", option(version)}}), "");
  }
  for (const char* interface : {"lo", "127.0.0.1", "::1"}) {
    EXPECT_EQ(refusalOf({{"interface", option(interface)}}), "");
  }
  EXPECT_EQ(refusalOf({{"no_proxy", listOf({"localhost", "example.com", "10.0.0.0/8", "::1"})}}),
            "");
  EXPECT_EQ(refusalOf({{"no_proxy", listOf({"*"})}}), "");
}

TEST(CurlOptions, WantAWholeProxy) {
  for (const char* proxy :
       {"http://proxy:3128", "https://proxy:443", "socks4://proxy:1080", "socks4a://proxy:1080",
        "socks5://user:p%40ss@proxy:1080", "socks5h://[::1]:1080/"}) {
    EXPECT_EQ(refusalOf({{"proxy", option(proxy)}}), "") << proxy;
  }
  for (const char* proxy :
       {"proxy:3128", "proxy", "http://proxy", "http://:3128", "ftp://proxy:21", "http://",
        "http://proxy:99999", "http://proxy:3128/path", "http://proxy:3128/?q",
        "socks5://us%00er:x@proxy:1080", "socks5://us%0aer:x@proxy:1080", "://proxy:1"}) {
    EXPECT_NE(refusalOf({{"proxy", option(proxy)}}), "") << proxy;
  }
  const std::string long_name(256, 'u');
  EXPECT_NE(refusalOf({{"proxy", option("socks5://" + long_name + ":x@proxy:1080")}}), "");
}

TEST(CurlOptions, AreNotShownWhereTheyHoldASecret) {
  for (const char* proxy : {"ftp://user:secret@proxy:21", "http://user:secret@proxy",
                            "http://user:secret%0a@proxy:1", "user:secret@proxy:1"}) {
    const std::string refusal = refusalOf({{"proxy", option(proxy)}});
    EXPECT_NE(refusal, "") << proxy;
    EXPECT_EQ(refusal.find("secret"), std::string::npos) << refusal;
  }
}

}  // namespace
}  // namespace forage::test
