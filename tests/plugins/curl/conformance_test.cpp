// The curl plugin keeps the contract of fetchers, with kept connections and without.
#include "conformance/fetcher_conformance.h"
#include "http_fixture.h"

FORAGE_FETCHER_CONFORMANCE(Curl, {.make = [] { return forage::test::makeFetcher(); }});
FORAGE_FETCHER_CONFORMANCE(
    CurlWithoutKeptConnections, {.make = [] {
      return forage::test::makeFetcher({{"max_idle", forage::test::option(0)}});
    }});
