// The resolver by itself, with a DNS server of the test's own.
#include "net/resolver.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "conformance/fetch_client.h"
#include "support/scripted_dns.h"

namespace forage::net {
namespace {

using conformance::soon;
using test::ScriptedDns;

struct Asker final : Resolver::Waiter {
  AnswerPtr answer;
  int answers = 0;
  std::function<void()> then;
  void resolved(const AnswerPtr& found) override {
    answer = found;
    ++answers;
    if (then) then();
  }
};

// A resolver in a loop of its own. Its clock is the test's: it goes on when told.
class Loop {
 public:
  explicit Loop(const ScriptedDns& dns, std::size_t max_answers = 1024)
      : resolver({dns.address(), max_answers}, [this](int fd, bool readable, bool writable) {
          if (!readable && !writable) {
            watched_.erase(fd);
          } else {
            watched_[fd] = static_cast<short>((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));
          }
        }) {}

  AnswerPtr resolve(const std::string& host) {
    Asker asker;
    asker.answer = resolver.ask(host, asker, now);
    const TimePoint limit = soon(Millis(20'000));
    while (!asker.answer && std::chrono::steady_clock::now() < limit) turn();
    resolver.forget(asker);
    return asker.answer;
  }

  void turn() {
    std::vector<pollfd> items;
    for (const auto& [fd, events] : watched_) items.push_back({fd, events, 0});
    ::poll(items.data(), items.size(), 20);
    for (const pollfd& item : items) {
      if (item.revents == 0) continue;
      resolver.process(item.fd, (item.revents & ~POLLOUT) != 0, (item.revents & POLLOUT) != 0, now);
    }
    resolver.processTimeouts(now);
  }

  TimePoint now = std::chrono::steady_clock::now();

 private:
  std::map<int, short> watched_;

 public:
  Resolver resolver;
};

std::vector<std::string> textOf(const AnswerPtr& answer) {
  std::vector<std::string> texts;
  for (const auto& address : answer->addresses) texts.push_back(address.toString());
  return texts;
}

TEST(Resolver, KnowsLiteralsAndLocalhost) {
  EXPECT_EQ(textOf(resolveLiteral("192.0.2.1")), std::vector<std::string>{"192.0.2.1"});
  EXPECT_EQ(textOf(resolveLiteral("2001:db8::1")), std::vector<std::string>{"2001:db8::1"});
  EXPECT_EQ(textOf(resolveLiteral("localhost.")), (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_EQ(textOf(resolveLiteral("a.LocalHost")), (std::vector<std::string>{"127.0.0.1", "::1"}));
  for (const char* name : {"example.com", "localhost.example.com", "notlocalhost", "1.2.3", "",
                           ".localhost", "1.2.3.4.5"}) {
    EXPECT_EQ(resolveLiteral(name), nullptr) << name;
  }
}

TEST(Resolver, LetsTheFamiliesTakeTurns) {
  const ScriptedDns dns(
      {{"both.test",
        {.v4 = {"127.0.0.2", "127.0.0.3"}, .v6 = {"2001:db8::1", "2001:db8::2", "2001:db8::3"}}}});
  Loop loop(dns);
  const AnswerPtr answer = loop.resolve("both.test");
  ASSERT_NE(answer, nullptr);
  ASSERT_EQ(answer->addresses.size(), 5u) << answer->error;
  for (std::size_t i = 0; i + 1 < 4; ++i) {
    EXPECT_NE(answer->addresses[i].family(), answer->addresses[i + 1].family()) << i;
  }
}

TEST(Resolver, KeepsAnAnswerForItsTtl) {
  const ScriptedDns dns({{"one.test", {.v4 = {"127.0.0.2"}, .ttl = 10}}});
  Loop loop(dns);
  EXPECT_EQ(textOf(loop.resolve("one.test")), std::vector<std::string>{"127.0.0.2"});
  loop.now += Millis(9'900);
  loop.resolve("one.test");
  EXPECT_EQ(dns.queries(), 2u);
  loop.now += Millis(200);
  loop.resolve("one.test");
  EXPECT_EQ(dns.queries(), 4u);
}

TEST(Resolver, DoesNotBelieveAHugeTtl) {
  const ScriptedDns dns({{"one.test", {.v4 = {"127.0.0.2"}, .ttl = 1u << 30}}});
  Loop loop(dns);
  loop.resolve("one.test");
  loop.now += Millis(301'000);
  loop.resolve("one.test");
  EXPECT_EQ(dns.queries(), 4u);
}

TEST(Resolver, KeepsABoundedNumberOfAnswers) {
  std::map<std::string, test::DnsRecord> records;
  for (int i = 0; i < 50; ++i) {
    records["n" + std::to_string(i) + ".test"] = {.v4 = {"127.0.0.2"}};
  }
  const ScriptedDns dns(records);
  Loop loop(dns, 10);
  for (const auto& [name, record] : records) EXPECT_NE(loop.resolve(name), nullptr);
  const std::size_t before = dns.queries();
  for (const auto& [name, record] : records) loop.resolve(name);
  EXPECT_GE(dns.queries() - before, 2u * 40u);
}

TEST(Resolver, AnswersAllWhoWaitAndNoneWhoForgot) {
  const ScriptedDns dns({{"one.test", {.v4 = {"127.0.0.2"}}}});
  Loop loop(dns);
  std::vector<Asker> askers(5);
  for (Asker& asker : askers) EXPECT_EQ(loop.resolver.ask("one.test", asker, loop.now), nullptr);
  loop.resolver.forget(askers[2]);
  loop.resolver.forget(askers[2]);
  const TimePoint limit = soon(Millis(20'000));
  while (!askers[4].answer && std::chrono::steady_clock::now() < limit) loop.turn();
  for (std::size_t i = 0; i < askers.size(); ++i) EXPECT_EQ(askers[i].answers, i == 2 ? 0 : 1);
}

TEST(Resolver, MayBeAskedWhileItAnswers) {
  const ScriptedDns dns(
      {{"one.test", {.v4 = {"127.0.0.2"}, .ttl = 0}}, {"two.test", {.v4 = {"127.0.0.3"}}}});
  Loop loop(dns);
  Asker first;
  Asker second;
  Asker third;
  AnswerPtr again;
  first.then = [&] {
    loop.now += Millis(5'000);  // what is being delivered has expired meanwhile
    again = loop.resolver.ask("one.test", second, loop.now);
    EXPECT_EQ(loop.resolver.ask("two.test", third, loop.now), nullptr);
  };
  EXPECT_EQ(loop.resolver.ask("one.test", first, loop.now), nullptr);
  const TimePoint limit = soon(Millis(20'000));
  while (!third.answer && std::chrono::steady_clock::now() < limit) loop.turn();
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(textOf(again), std::vector<std::string>{"127.0.0.2"});
  EXPECT_EQ(textOf(third.answer), std::vector<std::string>{"127.0.0.3"});
}

TEST(Resolver, HonoursTheHostsFile) {
  std::ifstream hosts("/etc/hosts");
  std::string name;
  for (std::string line; name.empty() && std::getline(hosts, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string word;
    words >> word;
    while (words >> word) {
      if (resolveLiteral(word) == nullptr) name = word;
    }
  }
  if (name.empty()) GTEST_SKIP() << "the hosts file names nothing but localhost";
  const ScriptedDns dns({});
  Loop loop(dns);
  const AnswerPtr answer = loop.resolve(name);
  ASSERT_NE(answer, nullptr);
  EXPECT_FALSE(answer->addresses.empty()) << name << ": " << answer->error;
  EXPECT_EQ(dns.queries(), 0u);
}

TEST(Resolver, EndsWithQueriesUnderWay) {
  const ScriptedDns dns({{"slow.test", {.silent = true}}});
  Asker asker;
  {
    Loop loop(dns);
    EXPECT_EQ(loop.resolver.ask("slow.test", asker, loop.now), nullptr);
    EXPECT_LT(loop.resolver.nextTimeout(loop.now), kNever);
  }
  EXPECT_EQ(asker.answers, 0);
}

TEST(Resolver, KnowsAServerListWhenItSeesOne) {
  EXPECT_TRUE(isServerList(""));
  EXPECT_TRUE(isServerList("127.0.0.1:53"));
  EXPECT_TRUE(isServerList("127.0.0.1,[::1]:5353"));
  EXPECT_FALSE(isServerList("dns.example.com"));
}

}  // namespace
}  // namespace forage::net
