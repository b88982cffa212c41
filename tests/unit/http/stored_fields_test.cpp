#include "http/stored_fields.h"

#include <gtest/gtest.h>

#include "unit/http/rule_rows.h"

namespace forage::http {
namespace {

using test::fields;
using test::Lines;
using test::linesOf;
using test::Row;

struct KeptCase : Row {
  Lines received;
  Lines kept;
};

class StoredFields : public testing::TestWithParam<KeptCase> {};

TEST_P(StoredFields, Are) {
  const KeptCase& c = GetParam();
  Headers headers = fields(c.received);
  EXPECT_EQ(hasConnectionFields(headers), c.received != c.kept);
  dropConnectionFields(headers);
  EXPECT_EQ(linesOf(headers), c.kept);
}

INSTANTIATE_TEST_SUITE_P(
    Kept, StoredFields,
    testing::Values(
        KeptCase{"All",
                 "RFC 9111, 3.1",
                 {"Date: d", "X-Unknown: 1", "ETag: \"x\""},
                 {"Date: d", "X-Unknown: 1", "ETag: \"x\""}},
        KeptCase{"RepeatedInOrder",
                 "RFC 9111, 3.1",
                 {"Set-Cookie: a", "X: 1", "Set-Cookie: b"},
                 {"Set-Cookie: a", "X: 1", "Set-Cookie: b"}},
        KeptCase{"Trailer", "RFC 9110, 7.6.1", {"Trailer: Expires"}, {"Trailer: Expires"}},
        KeptCase{"NamesThatBeginSo",
                 "RFC 9110, 7.6.1",
                 {"Connections: 1", "TEE: 1", "Upgrade-Insecure-Requests: 1", "Keep-Aliver: x",
                  "Transfer-Encodings: x", "Proxy-Status: x", "xx: y"},
                 {"Connections: 1", "TEE: 1", "Upgrade-Insecure-Requests: 1", "Keep-Aliver: x",
                  "Transfer-Encodings: x", "Proxy-Status: x", "xx: y"}},
        KeptCase{"None", "RFC 9111, 3.1", {}, {}}),
    test::rowName<KeptCase>);

INSTANTIATE_TEST_SUITE_P(
    LeftOut, StoredFields,
    testing::Values(
        KeptCase{"Connection", "RFC 9110, 7.6.1", {"Connection: close", "A: 1"}, {"A: 1"}},
        KeptCase{"KeepAlive", "RFC 9110, 7.6.1", {"Keep-Alive: timeout=5"}, {}},
        KeptCase{"ProxyConnection", "RFC 9110, 7.6.1", {"Proxy-Connection: keep-alive"}, {}},
        KeptCase{"TransferEncoding", "RFC 9110, 7.6.1", {"Transfer-Encoding: chunked"}, {}},
        KeptCase{"Upgrade", "RFC 9110, 7.6.1", {"Upgrade: h2c"}, {}},
        KeptCase{"Te", "RFC 9110, 7.6.1", {"TE: trailers"}, {}},
        KeptCase{"ProxyAuthenticate", "RFC 9111, 3.1", {"Proxy-Authenticate: Basic"}, {}},
        KeptCase{"ProxyAuthenticationInfo", "RFC 9111, 3.1", {"Proxy-Authentication-Info: x"}, {}},
        KeptCase{"ProxyAuthorization", "RFC 9111, 3.1", {"Proxy-Authorization: x"}, {}},
        KeptCase{
            "AnyCase", "RFC 9110, 5.1", {"kEEP-aLIVE: x", "PROXY-AUTHENTICATE: x", "te: x"}, {}}),
    test::rowName<KeptCase>);

INSTANTIATE_TEST_SUITE_P(
    ListedByConnection, StoredFields,
    testing::Values(
        KeptCase{"One", "RFC 9110, 7.6.1", {"Connection: X-Hop", "X-Hop: 1", "A: 1"}, {"A: 1"}},
        KeptCase{
            "BeforeIt", "RFC 9110, 7.6.1", {"X-Hop: 1", "A: 1", "Connection: X-Hop"}, {"A: 1"}},
        KeptCase{"AnyCase", "RFC 9110, 7.6.1", {"Connection: x-hop", "X-HOP: 1"}, {}},
        KeptCase{"Several",
                 "RFC 9110, 7.6.1",
                 {"Connection: close, A ,,B", "A: 1", "B: 2", "C: 3"},
                 {"C: 3"}},
        KeptCase{"OverSeveralLines",
                 "RFC 9110, 5.3",
                 {"Connection: A", "A: 1", "B: 2", "connection: B"},
                 {}},
        KeptCase{"EveryFieldOfTheName", "RFC 9110, 7.6.1", {"Connection: A", "A: 1", "a: 2"}, {}},
        KeptCase{"NotThere", "RFC 9110, 7.6.1", {"Connection: keep-alive, Y", "A: 1"}, {"A: 1"}}),
    test::rowName<KeptCase>);

struct UpdateCase : Row {
  Lines stored;
  Lines update;
  Lines fields;
};

class UpdatedFields : public testing::TestWithParam<UpdateCase> {};

TEST_P(UpdatedFields, Are) {
  const UpdateCase& c = GetParam();
  EXPECT_EQ(linesOf(updatedFields(fields(c.stored), fields(c.update))), c.fields);
}

INSTANTIATE_TEST_SUITE_P(
    Replaced, UpdatedFields,
    testing::Values(
        UpdateCase{"Values", "RFC 9111, 3.2", {"A: 1", "B: 2"}, {"A: 3"}, {"B: 2", "A: 3"}},
        UpdateCase{"New", "RFC 9111, 3.2", {"A: 1"}, {"B: 2"}, {"A: 1", "B: 2"}},
        UpdateCase{"AnyCase", "RFC 9110, 5.1", {"ETag: \"1\""}, {"etag: \"2\""}, {"etag: \"2\""}},
        UpdateCase{"AllLinesByAll",
                   "RFC 9111, 3.2",
                   {"A: 1", "A: 2", "B: 3"},
                   {"A: 4", "A: 5"},
                   {"B: 3", "A: 4", "A: 5"}},
        UpdateCase{"Freshness",
                   "RFC 9111, 4.3.4",
                   {"Cache-Control: max-age=1", "Expires: e1", "Date: d1", "Age: 5"},
                   {"Cache-Control: max-age=9", "Expires: e2", "Date: d2", "Age: 7"},
                   {"Cache-Control: max-age=9", "Expires: e2", "Date: d2", "Age: 7"}},
        UpdateCase{"OtherContentFields",
                   "RFC 9111, 3.2: \"not a signal\"",
                   {"Content-Type: a/b", "Content-Language: de", "Content-Location: /a"},
                   {"Content-Type: c/d", "Content-Language: en", "Content-Location: /b"},
                   {"Content-Type: c/d", "Content-Language: en", "Content-Location: /b"}},
        UpdateCase{"ByNothing", "RFC 9111, 3.2", {"A: 1"}, {}, {"A: 1"}}),
    test::rowName<UpdateCase>);

INSTANTIATE_TEST_SUITE_P(
    NotReplaced, UpdatedFields,
    testing::Values(
        UpdateCase{"ContentLength",
                   "RFC 9111, 3.2",
                   {"Content-Length: 100"},
                   {"Content-Length: 0"},
                   {"Content-Length: 100"}},
        UpdateCase{"ContentEncoding",
                   "RFC 9111, 3.2",
                   {"Content-Encoding: gzip"},
                   {"content-encoding: br"},
                   {"Content-Encoding: gzip"}},
        UpdateCase{
            "ContentRange", "RFC 9111, 3.2", {"A: 1"}, {"Content-Range: bytes 0-1/2"}, {"A: 1"}},
        UpdateCase{
            "ContentLengthThatWasNot", "RFC 9111, 3.2", {"A: 1"}, {"Content-Length: 0"}, {"A: 1"}},
        UpdateCase{"ContentEncodingThatWasNot",
                   "RFC 9111, 3.2",
                   {"A: 1"},
                   {"Content-Encoding: gzip"},
                   {"A: 1"}},
        UpdateCase{"ByConnectionFields",
                   "RFC 9111, 3.1",
                   {"A: 1"},
                   {"Connection: X", "X: 1", "Keep-Alive: x", "Proxy-Authenticate: x"},
                   {"A: 1"}},
        UpdateCase{
            "ByListedFields", "RFC 9111, 3.1", {"A: 1"}, {"Connection: A", "A: 2"}, {"A: 1"}}),
    test::rowName<UpdateCase>);

// Age is the time since the response was generated "or successfully validated at the origin server"
// (RFC 9111, section 4.2.3); Date is when the 304 was made, or when it came (RFC 9110, section
// 6.6.1). Those of before would make what has just been validated as old as ever.
INSTANTIATE_TEST_SUITE_P(
    Outdated, UpdatedFields,
    testing::Values(
        UpdateCase{
            "Age", "RFC 9111, 4.2.3", {"Age: 500", "A: 1"}, {"Date: d2"}, {"A: 1", "Date: d2"}},
        UpdateCase{
            "Date", "RFC 9110, 6.6.1", {"Date: d1", "A: 1"}, {"Age: 0"}, {"A: 1", "Age: 0"}}),
    test::rowName<UpdateCase>);

}  // namespace
}  // namespace forage::http
