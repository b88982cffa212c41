// The http plugin keeps the contract of fetchers, with kept connections and without.
#include "conformance/fetcher_conformance.h"
#include "http_fixture.h"

FORAGE_FETCHER_CONFORMANCE(Http, {.make = [] { return forage::test::makeFetcher(); }});
FORAGE_FETCHER_CONFORMANCE(
    HttpWithoutKeptConnections, {.make = [] {
      return forage::test::makeFetcher({{"max_idle", forage::test::option(0)}});
    }});
