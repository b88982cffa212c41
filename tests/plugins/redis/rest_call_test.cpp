#include "rest_call.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forage::redis {
namespace {

using Form = RestCall::Form;
using Indexes = std::vector<std::size_t>;

Command command(std::initializer_list<std::string_view> words) {
  Command made;
  for (const std::string_view word : words) made.push_back({word, {}});
  return made;
}

RestPlan plan(const std::vector<Command>& commands) { return planCalls(commands); }

TEST(RestPlan, JoinsLookUpsAndSendsOneAsItIs) {
  const RestPlan three =
      plan({command({"GET", "a"}), command({"GET", "b"}), command({"GET", "c"})});
  ASSERT_EQ(three.calls.size(), 1U);
  EXPECT_EQ(three.calls[0].form, Form::kLookUps);
  EXPECT_EQ(three.calls[0].commands, (Indexes{0, 1, 2}));
  EXPECT_FALSE(three.any_order);
  EXPECT_EQ(plan({command({"GET", "a"})}).calls[0].form, Form::kCommand);
}

TEST(RestPlan, PutsOtherCommandsIntoAPipeline) {
  const RestPlan made = plan({command({"GET", "a"}), command({"PTTL", "a"})});
  ASSERT_EQ(made.calls.size(), 1U);
  EXPECT_EQ(made.calls[0].form, Form::kPipeline);
}

TEST(RestPlan, GivesWhatIsNoUtf8ARequestOfItsOwnInItsPlace) {
  const RestPlan made = plan({command({"GET", "a"}), command({"GET", "b"}),
                              command({"GET", "\xff"}), command({"GET", "c"})});
  ASSERT_EQ(made.calls.size(), 3U);
  EXPECT_EQ(made.calls[0].commands, (Indexes{0, 1}));
  EXPECT_EQ(made.calls[1].form, Form::kPath);
  EXPECT_EQ(made.calls[1].commands, (Indexes{2}));
  EXPECT_EQ(made.calls[2].form, Form::kCommand);
  EXPECT_EQ(made.calls[2].commands, (Indexes{3}));
}

TEST(RestPlan, SendsStoresOfDifferentKeysInAnyOrder) {
  const std::string large(70'000, 't');
  const RestPlan made = plan({command({"SET", "a", "text"}), command({"SET", "b", "\xff"}),
                              command({"SET", "c", "text"}), command({"SET", "d", large})});
  EXPECT_TRUE(made.any_order);
  ASSERT_EQ(made.calls.size(), 3U);
  EXPECT_EQ(made.calls[0].form, Form::kPath);
  EXPECT_EQ(made.calls[1].form, Form::kPath);
  EXPECT_EQ(made.calls[2].form, Form::kPipeline);
  EXPECT_EQ(made.calls[2].commands, (Indexes{0, 2}));
}

TEST(RestPlan, KeepsTheOrderOfStoresOfOneKey) {
  const RestPlan made = plan({command({"SET", "a", "text"}), command({"SET", "a", "\xff"}),
                              command({"SET", "a", "last"})});
  EXPECT_FALSE(made.any_order);
  ASSERT_EQ(made.calls.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(made.calls[i].commands, Indexes{i});
}

TEST(RestPlan, KeepsRequestsBelowWhatUpstashTakes) {
  const std::string value(60'000, '\x01');  // six bytes each as JSON
  std::vector<Command> commands;
  std::vector<std::string> keys;
  for (int i = 0; i < 64; ++i) keys.push_back("key" + std::to_string(i));
  for (const std::string& key : keys) commands.push_back(command({"SET", key, value}));
  std::size_t carried = 0;
  for (const RestCall& call : plan(commands).calls) {
    EXPECT_LE(call.commands.size() * value.size() * 6, 10'000'000U);
    carried += call.commands.size();
  }
  EXPECT_EQ(carried, commands.size());
}

TEST(RestPlan, IsEmptyForNothing) { EXPECT_TRUE(plan({}).calls.empty()); }

TEST(RestCall, IsHalvedDownToSingleCommands) {
  const auto [first, second] = halvesOf({Form::kLookUps, {4, 5, 6}});
  EXPECT_EQ(first.form, Form::kCommand);
  EXPECT_EQ(first.commands, (Indexes{4}));
  EXPECT_EQ(second.form, Form::kLookUps);
  EXPECT_EQ(second.commands, (Indexes{5, 6}));
}

TEST(RestCall, MayBeRepeatedForCommandsThatLeaveTheSame) {
  EXPECT_TRUE(isIdempotent(command({"GET", "a"})));
  EXPECT_TRUE(isIdempotent(command({"SET", "a", "b"})));
  EXPECT_TRUE(isIdempotent(command({"UNLINK", "a"})));
  EXPECT_FALSE(isIdempotent(command({"EVAL", "return 1", "0"})));
  EXPECT_FALSE(mayWrite(command({"SCAN", "0"})));
  EXPECT_TRUE(mayWrite(command({"SET", "a", "b"})));
}

}  // namespace
}  // namespace forage::redis
