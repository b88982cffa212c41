#include "slot_map.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "fault.h"

namespace forage::redis {
namespace {

using Type = Reply::Type;

const Address kAsked{"10.0.0.9", 7009};

Reply text(std::string value, Type type = Type::kString) {
  Reply reply;
  reply.type = type;
  reply.text = std::move(value);
  return reply;
}

Reply error(std::string value) { return text(std::move(value), Type::kError); }

Reply number(long long value) {
  Reply reply;
  reply.type = Type::kInteger;
  reply.integer = value;
  return reply;
}

Reply list(std::vector<Reply> items) {
  Reply reply;
  reply.type = Type::kArray;
  reply.items = std::move(items);
  return reply;
}

/// One line of CLUSTER SLOTS, with a replica that does not matter.
Reply range(long long first, long long last, Reply host, long long port) {
  return list({number(first), number(last), list({std::move(host), number(port), text("id")}),
               list({text("10.9.9.9"), number(1), text("id")})});
}

std::string refusal(const Reply& reply, Fault fault = Fault::kProtocol) {
  try {
    const SlotMap map(reply, kAsked);
  } catch (const ConnectionError& caught) {
    EXPECT_EQ(caught.fault(), fault);
    return caught.what();
  }
  ADD_FAILURE() << "taken";
  return {};
}

TEST(SlotMap, KnowsTheMasterOfEachSlot) {
  const SlotMap map(
      list({range(0, 5000, text("10.0.0.1"), 7001), range(5001, 5001, text("host.example"), 7002),
            range(6000, 16383, text("::1"), 7003)}),
      kAsked);
  EXPECT_EQ(*map.nodeOf(0), (Address{"10.0.0.1", 7001}));
  EXPECT_EQ(*map.nodeOf(5000), (Address{"10.0.0.1", 7001}));
  EXPECT_EQ(*map.nodeOf(5001), (Address{"host.example", 7002}));
  EXPECT_EQ(map.nodeOf(5002), nullptr);
  EXPECT_EQ(map.nodeOf(5999), nullptr);
  EXPECT_EQ(*map.nodeOf(16383), (Address{"::1", 7003}));
  EXPECT_EQ(map.nodes().size(), 3U);
}

TEST(SlotMap, OfNothingKnowsNobody) {
  const SlotMap map;
  EXPECT_EQ(map.nodeOf(0), nullptr);
  EXPECT_TRUE(map.nodes().empty());
}

TEST(SlotMap, TakesANodeWithoutANameForTheOneThatWasAsked) {
  const SlotMap map(list({range(0, 1, text(""), 7001), range(2, 3, Reply{}, 7002)}), kAsked);
  EXPECT_EQ(*map.nodeOf(0), (Address{"10.0.0.9", 7001}));
  EXPECT_EQ(*map.nodeOf(2), (Address{"10.0.0.9", 7002}));
}

TEST(SlotMap, LeavesOutANodeThatNobodyCanReach) {
  const SlotMap map(list({range(0, 1, text("?"), 7001), range(2, 3, text("h"), 7002)}), kAsked);
  EXPECT_EQ(map.nodeOf(0), nullptr);
  EXPECT_EQ(*map.nodeOf(2), (Address{"h", 7002}));
}

TEST(SlotMap, FollowsWhatMoves) {
  SlotMap map(list({range(0, 16383, text("10.0.0.1"), 7001)}), kAsked);
  map.assign(7, {"10.0.0.2", 7002});
  map.assign(8, {"10.0.0.1", 7001});
  EXPECT_EQ(*map.nodeOf(7), (Address{"10.0.0.2", 7002}));
  EXPECT_EQ(*map.nodeOf(8), (Address{"10.0.0.1", 7001}));
  EXPECT_EQ(map.nodes().size(), 2U);
}

TEST(SlotMap, RefusesWhatIsNone) {
  const Reply host = text("10.0.0.1");
  for (const Reply& reply :
       {text("no"), number(1), Reply{}, list({number(1)}), list({list({})}),
        list({list({number(0), number(1)})}), list({list({number(0), number(1), host})}),
        list({list({number(0), number(1), list({host})})}), list({range(-1, 1, host, 7001)}),
        list({range(0, 16384, host, 7001)}), list({range(2, 1, host, 7001)}),
        list({range(0, 1, host, 0)}), list({range(0, 1, host, 65536)}),
        list({range(0, 1, host, -1)}), list({range(0, 1, text("a b"), 7001)}),
        list({range(0, 1, text("a\nb"), 7001)}), list({range(0, 1, text("a@b"), 7001)}),
        list({range(0, 1, text(std::string(300, 'a')), 7001)}),
        list({range(0, 1, number(1), 7001)})}) {
    EXPECT_NE(refusal(reply).find("CLUSTER SLOTS"), std::string::npos);
  }
}

TEST(SlotMap, RefusesRangesThatOverlap) {
  std::vector<Reply> ranges(1000, range(0, 16383, text("h"), 7001));
  EXPECT_NE(refusal(list(ranges)), "");
}

TEST(SlotMap, RefusesMoreNodesThanAClusterHas) {
  std::vector<Reply> ranges;
  for (int i = 0; i <= 1000; ++i) ranges.push_back(range(i, i, text("h"), 1 + i));
  EXPECT_NE(refusal(list(ranges)).find("more nodes"), std::string::npos);
  SlotMap map;
  for (std::uint16_t i = 0; i < 1000; ++i) map.assign(i, {"h", static_cast<std::uint16_t>(1 + i)});
  EXPECT_THROW(map.assign(1, {"other", 1}), ConnectionError);
}

TEST(SlotMap, SaysThatAClusterHasNoSlots) {
  EXPECT_NE(refusal(list({}), Fault::kRefused).find("slots"), std::string::npos);
}

TEST(Redirection, IsReadFromErrors) {
  using Kind = Redirection::Kind;
  const Redirection moved = redirectionOf(error("MOVED 3999 127.0.0.1:6381"), 3999, kAsked);
  EXPECT_EQ(moved.kind, Kind::kMoved);
  EXPECT_EQ(moved.node, (Address{"127.0.0.1", 6381}));
  const Redirection ask = redirectionOf(error("ASK 0 ::1:6381"), 0, kAsked);
  EXPECT_EQ(ask.kind, Kind::kAsk);
  EXPECT_EQ(ask.node, (Address{"::1", 6381}));
  EXPECT_EQ(redirectionOf(error("MOVED 1 h.example:1"), 1, kAsked).node, (Address{"h.example", 1}));
  EXPECT_EQ(redirectionOf(error("MOVED 1 :7000"), 1, kAsked).node, (Address{"10.0.0.9", 7000}));
  EXPECT_EQ(redirectionOf(error("MOVED 9 h:7000"), std::nullopt, kAsked).node,
            (Address{"h", 7000}));
}

TEST(Redirection, IsNoneForOtherReplies) {
  for (const Reply& reply : {error("ERR no"), error(""), error("MOVE 1 h:1"), error("ASKING 1 h:1"),
                             text("MOVED 1 h:1"), Reply{}}) {
    EXPECT_EQ(redirectionOf(reply, 1, kAsked).kind, Redirection::Kind::kNone);
  }
}

TEST(Redirection, IsRefusedWhenItLeadsNowhere) {
  for (const char* what :
       {"MOVED", "MOVED 1", "MOVED 1 ", "MOVED x h:1", "MOVED 1 h", "MOVED 1 h:", "MOVED 1 h:0",
        "MOVED 1 h:65536", "MOVED 1 h:1x", "MOVED 1 a@b:1", "MOVED 1 a\nb:1", "MOVED 2 h:1",
        "MOVED -1 h:1", "MOVED 99999999 h:1", "ASK 1 ?:1", "ASK 1  h:1"}) {
    EXPECT_THROW((void)redirectionOf(error(what), 1, kAsked), ConnectionError) << what;
  }
  EXPECT_THROW((void)redirectionOf(error("MOVED 1 " + std::string(300, 'a') + ":1"), 1, kAsked),
               ConnectionError);
}

}  // namespace
}  // namespace forage::redis
