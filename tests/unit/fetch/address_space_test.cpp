#include "forage/address_space.h"

#include <gtest/gtest.h>

#include <string>

namespace forage {
namespace {

struct Case {
  const char* host;
  bool is_public;
};

class AddressSpace : public testing::TestWithParam<Case> {};

TEST_P(AddressSpace, OfAHostIsKnown) {
  EXPECT_EQ(isPublicHost(GetParam().host), GetParam().is_public) << GetParam().host;
}

INSTANTIATE_TEST_SUITE_P(
    V4, AddressSpace,
    testing::Values(
        Case{"8.8.8.8", true}, Case{"1.1.1.1", true}, Case{"0.0.0.0", false},
        Case{"0.1.2.3", false}, Case{"9.255.255.255", true}, Case{"10.0.0.0", false},
        Case{"10.255.255.255", false}, Case{"11.0.0.0", true}, Case{"100.63.255.255", true},
        Case{"100.64.0.1", false}, Case{"100.127.255.255", false}, Case{"100.128.0.0", true},
        Case{"127.0.0.1", false}, Case{"127.255.255.254", false}, Case{"169.253.255.255", true},
        Case{"169.254.169.254", false}, Case{"172.15.255.255", true}, Case{"172.16.0.1", false},
        Case{"172.31.255.255", false}, Case{"172.32.0.0", true}, Case{"192.0.0.1", false},
        Case{"192.0.1.0", true}, Case{"192.0.2.1", false}, Case{"192.88.99.1", false},
        Case{"192.167.255.255", true}, Case{"192.168.1.1", false}, Case{"192.169.0.0", true},
        Case{"198.17.255.255", true}, Case{"198.18.0.1", false}, Case{"198.19.255.255", false},
        Case{"198.20.0.0", true}, Case{"198.51.100.7", false}, Case{"203.0.113.7", false},
        Case{"223.255.255.255", true}, Case{"224.0.0.1", false}, Case{"239.1.1.1", false},
        Case{"240.0.0.1", false}, Case{"255.255.255.255", false}));

INSTANTIATE_TEST_SUITE_P(
    V6, AddressSpace,
    testing::Values(Case{"2606:4700::1111", true}, Case{"2a00:1450:4001::1", true},
                    Case{"::", false}, Case{"::1", false}, Case{"fe80::1", false},
                    Case{"fc00::1", false}, Case{"fd12:3456::1", false}, Case{"ff02::1", false},
                    Case{"fec0::1", false}, Case{"2001:db8::1", false}, Case{"3fff::1", false},
                    Case{"2001::1", false}, Case{"2001:200::1", true}, Case{"4000::1", false},
                    Case{"64:ff9b:1::1", false}, Case{"100::1", false}));

// What stands for an IPv4 address is what that is.
INSTANTIATE_TEST_SUITE_P(
    V4InV6, AddressSpace,
    testing::Values(Case{"::ffff:127.0.0.1", false}, Case{"::ffff:10.1.2.3", false},
                    Case{"::ffff:8.8.8.8", true}, Case{"64:ff9b::7f00:1", false},
                    Case{"64:ff9b::808:808", true}, Case{"2002:7f00:1::", false},
                    Case{"2002:c0a8:101::1", false}, Case{"2002:808:808::1", true},
                    Case{"::127.0.0.1", false}));

INSTANTIATE_TEST_SUITE_P(Names, AddressSpace,
                         testing::Values(Case{"localhost", false}, Case{"localhost.", false},
                                         Case{"a.localhost", false}));

TEST(AddressSpaceOfNames, IsNotKnownBeforeTheyAreLookedUp) {
  for (const char* host : {"example.com", "localhost.example.com", "notlocalhost", "", "1.2.3"}) {
    EXPECT_EQ(isPublicHost(host), std::nullopt) << host;
  }
}

TEST(AddressSpaceOfBytes, OfAnotherSizeIsNotPublic) {
  EXPECT_FALSE(isPublicAddress(""));
  EXPECT_FALSE(isPublicAddress(std::string("\x08\x08\x08", 3)));
}

}  // namespace
}  // namespace forage
