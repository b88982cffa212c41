"""What the runner promises: python3 -m unittest discover benchmarks/peers/runner"""

import json
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

import chart
import docs
import tables
from clients import CLIENTS, REDIS_COMMANDS, Step, curl_lines, redis_rate, wrk_report
from measuring import CheckFailed, Delivered
from rounds import Sample, check_delivery, check_store
from site_pages import GROUPS, PAGE_BYTES, UrlLists, page
from summary import ratio, rows
from targets import Target, targets


def step(**more):
    return Step("one", more.pop("kind", "cold"), None, None, **more)


def sample(number, rate, cpu_us=10.0):
    return Sample(number, 1000, 1000 / rate, 1000 / rate, cpu_us, 5.0, 1000)


class Delivery(unittest.TestCase):
    def test_holds_when_client_and_server_count_every_page(self):
        check_delivery(step(), 10, Delivered(10, 10 * PAGE_BYTES), 10)

    def test_fails_when_a_page_is_missing_at_the_client(self):
        with self.assertRaises(CheckFailed):
            check_delivery(step(), 10, Delivered(9, 9 * PAGE_BYTES), 10)

    def test_fails_when_a_body_is_short(self):
        with self.assertRaises(CheckFailed):
            check_delivery(step(), 10, Delivered(10, 10 * PAGE_BYTES - 1), 10)

    def test_fails_when_the_server_was_asked_twice(self):
        with self.assertRaises(CheckFailed):
            check_delivery(step(), 10, Delivered(10, 10 * PAGE_BYTES), 11)

    def test_fails_when_a_warm_run_asks_the_server_or_misses_the_cache(self):
        warm = step(kind="warm", at_server="none")
        check_delivery(warm, 10, Delivered(10, hits=10), 0)
        for hits, asked in ((10, 1), (9, 0), (0, 0)):
            with self.assertRaises(CheckFailed):
                check_delivery(warm, 10, Delivered(10, hits=hits), asked)

    def test_of_what_runs_for_a_time_is_compared_with_the_server(self):
        timed = step(kind="limit", at_server="any", counts_itself=True)
        check_delivery(timed, 10, Delivered(5000), 5016)
        with self.assertRaises(CheckFailed):
            check_delivery(timed, 10, Delivered(5000), 4000)


    def test_of_redis_benchmark_means_that_every_key_was_found(self):
        get = next(one for client in CLIENTS for one in client.steps if "GET P16" in one.key)
        check_store(get, (5, 2), (5 + REDIS_COMMANDS, 2))
        for after in ((4 + REDIS_COMMANDS, 2), (5 + REDIS_COMMANDS, 3)):
            with self.assertRaises(CheckFailed):
                check_store(get, (5, 2), after)


class Outputs(unittest.TestCase):
    def test_of_curl_are_counted_by_status(self):
        got = curl_lines(None, "200 2048\n404 153\n200 2048\n")
        self.assertEqual((got.ok, got.bytes), (2, 4096))

    def test_of_wrk_with_errors_are_refused(self):
        good = "  143000 requests in 2.00s, 320MB read\nRequests/sec: 71500\n"
        self.assertEqual(wrk_report(None, good).ok, 143000)
        with self.assertRaises(CheckFailed):
            wrk_report(None, good + "  Non-2xx or 3xx responses: 4\n")

    def test_of_redis_benchmark_become_a_rate(self):
        got = redis_rate(None, '"test","rps"\n"GET","250000.00","0.5"\n')
        self.assertAlmostEqual(got.ok / got.seconds, 250000)


class Site(unittest.TestCase):
    def test_pages_have_one_size_and_differ(self):
        self.assertEqual({len(page(n)) for n in (0, 7, 19_999)}, {PAGE_BYTES})
        self.assertEqual(len({page(n) for n in range(100)}), 100)

    def test_groups_share_all_urls(self):
        with tempfile.TemporaryDirectory() as folder:
            lists = UrlLists(Path(folder), "http://h")
            groups = json.loads(Path(lists.split(1000)).read_text())
            self.assertEqual(len(groups), GROUPS)
            self.assertEqual(sum(groups, []), lists.urls(1000))


class Summary(unittest.TestCase):
    samples = {"forage memory": [sample(1, 40_000), sample(2, 30_000), sample(3, 20_000)],
               "curl": [sample(1, 10_000), sample(3, 10_000)]}

    def test_ratios_are_of_the_same_rounds(self):
        self.assertAlmostEqual(ratio(self.samples, "forage memory", "curl"), 3.0)
        self.assertIsNone(ratio(self.samples, "forage memory", "undici"))

    def test_rows_have_median_and_spread(self):
        (row,) = [one for one in rows(CLIENTS, self.samples) if one.key == "forage memory"]
        self.assertEqual([round(x) for x in (row.least, row.rate, row.most)],
                         [20_000, 30_000, 40_000])

    def test_a_target_says_how_far_it_is(self):
        self.assertEqual(Target(1, "t", 3, 3.0).verdict, "PASS")
        self.assertEqual(Target(1, "t", 4, 3.0).verdict, "short by 25%")
        self.assertEqual(Target(1, "t", 4, 5.0, most=True).verdict, "over by 25%")
        self.assertEqual(Target(1, "t", 4, None).verdict, "not measured")

    def test_targets_name_steps_that_exist(self):
        every = {one.key: [sample(1, 1000)] for client in CLIENTS for one in client.steps}
        measured = [one for one in targets(every, {}) if one.number == 1 or "Redis" in one.text]
        missing = [one.text for one in measured if one.measured is None]
        self.assertEqual([text for text in missing if "sixteen" not in text], [])

    def test_the_chart_is_whole_xml_and_the_table_has_every_row(self):
        some = rows(CLIENTS, self.samples)
        xml.etree.ElementTree.fromstring(chart.svg(some, ["a <b> & c"]))
        self.assertEqual(len(tables.client_table(some, 50_000).splitlines()), 2 + len(some))

    def test_figures_replace_those_before_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "benchmarks.md"
            file.write_text(f"above\n{docs.BEGIN}\nold\n{docs.END}\nbelow\n")
            docs.rewrite(Path(folder), "new\n", "<svg/>")
            self.assertEqual(file.read_text(),
                             f"above\n{docs.BEGIN}\n\nnew\n\n{docs.END}\nbelow\n")
            file.write_text("no marks")
            with self.assertRaises(SystemExit):
                docs.rewrite(Path(folder), "new\n", "<svg/>")


if __name__ == "__main__":
    unittest.main()
