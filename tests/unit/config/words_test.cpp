// nearest() and redacted(): what is suggested, and what is never shown.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/findings.h"
#include "config/redaction.h"
#include "forage/config.h"
#include "forage/error.h"

namespace forage {
namespace {

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::vector<std::string_view> known{"plugin",       "url",          "fallback",
                                            "expire_after", "parallel_max", "parallel_max_host"};
  const std::vector<std::pair<std::string, std::string>> table{
      {"plugn", "plugin"},
      {"plguin", "plugin"},
      {"Plugin", "plugin"},
      {"ulr", "url"},
      {"expire-after", "expire_after"},
      {"expires_after", "expire_after"},
      {"fallbck", "fallback"},
      {"paralel_max", "parallel_max"},
      {"parallel_max_hosts", "parallel_max_host"},
      {"zebra", ""},
      {"", ""},
      {"x", ""},
      {"xyz", ""},
      {std::string(1000, 'p'), ""},
  };
  for (const auto& [word, meant] : table) EXPECT_EQ(nearest(word, known), meant) << word;
}

TEST(Nearest, KnowsNothingAmongNothing) { EXPECT_EQ(nearest("plugin", {}), ""); }

TEST(Redacted, MasksWhatUrlsCarryInSecret) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"redis://user:pass@host:6379/0", "redis://user:***@host:6379/0"},
      {"redis://:pass@host", "redis://:***@host"},
      {"redis://:p/a?s#s@w@host/0", "redis://:***@host/0"},
      {"https://token@host/x", "https://***@host/x"},
      {"HTTPS://u:p@host", "HTTPS://u:***@host"},
      {"https://host/@user/x", "https://host/@user/x"},
      {"https://host/?q=a@b", "https://host/?q=a@b"},
      {"https://host/?a=1&token=x&b=2#f", "https://host/?a=1&token=***&b=2#f"},
      {"https://host/?API_KEY=x;y=1", "https://host/?API_KEY=***;y=1"},
      {"https://host/?tokens", "https://host/?tokens"},
      {"cannot reach \"redis://a:b@c\", nor redis://d:e@f now",
       "cannot reach \"redis://a:***@c\", nor redis://d:***@f now"},
      {"no URL: a@b :// x", "no URL: a@b :// x"},
      {"", ""},
      {"://", "://"},
  };
  for (const auto& [text, shown] : table) EXPECT_EQ(redacted(text), shown) << text;
}

TEST(SecretName, IsKnownByItsParts) {
  for (const char* name : {"token", "redis_password", "PASSWORD", "api_key", "client-secret",
                           "auth", "sig", "UPSTASH_TOKEN"}) {
    EXPECT_TRUE(config::isSecretName(name)) << name;
  }
  for (const char* name : {"key_prefix", "url", "author", "passive", "max_size", "design"}) {
    EXPECT_FALSE(config::isSecretName(name)) << name;
  }
}

TEST(Printable, IsFitForATerminal) {
  EXPECT_EQ(config::printable("a\x1b[31m\nb"), "a?[31m?b");
  EXPECT_EQ(config::printable("a\xc2\x9b[31m \xc2\xa0 \xc3\x9b"), "a??[31m \xc2\xa0 \xc3\x9b");
  EXPECT_EQ(config::printable("abcdef", 3), "abc...");
  EXPECT_EQ(config::printable("ab\xc3\xa4", 3), "ab...");
}

TEST(Findings, AreBoundedAndSayEachThingOnce) {
  config::Sources sources;
  const std::uint32_t source = sources.addFile("job.toml");
  config::Findings findings(sources);
  for (std::uint32_t line = 10'000; line > 0; --line) {
    findings.add({source, line, 1}, "key", "is wrong");
    findings.add({source, line, 1}, "key", "is wrong");
  }
  try {
    findings.throwIfAny();
    FAIL();
  } catch (const ConfigError& error) {
    ASSERT_EQ(error.findings().size(), config::Findings::kMax + 1);
    EXPECT_EQ(error.findings()[0], "job.toml:9801:1: key: is wrong");
    EXPECT_EQ(error.findings()[1], "job.toml:9802:1: key: is wrong");
    EXPECT_EQ(error.findings().back(), "and more: only the first 200 are shown");
  }
}

}  // namespace
}  // namespace forage
