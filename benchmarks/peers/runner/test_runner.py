"""What the runner promises: python3 -m unittest discover benchmarks/peers/runner"""

import json
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

import caches
import chart
import docs
import main
import scale
import tables
from clients import CLIENTS, REDIS_COMMANDS, Step, curl_lines, redis_rate, wrk_report
from extras import EXTRAS, items_per_second
from main import NAMES, meant
from measuring import CheckFailed, Delivered, Usage
from rounds import Sample, check_delivery, check_store
from site_pages import GROUPS, PAGE_BYTES, UrlLists, page
from summary import ratio, rows
from targets import Target, targets, told


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

    def test_a_run_in_part_tells_only_of_targets_that_it_measured(self):
        goals = [Target(1, "held", 3, 3.0), Target(2, "left out", 3, None, why_not="not built")]
        self.assertEqual([one.text for one in told(goals, False)], ["held"])
        self.assertEqual(told(goals, True), goals)
        self.assertEqual(tables.target_table([]), "")

    def test_names_what_is_not_built(self):
        self.assertEqual(main.not_built("/bin/sh", "/absent/measure"), "/absent/measure")
        self.assertEqual(main.not_built("/bin/sh"), "")

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


def runs(*cpu):
    result = scale.Runs()
    for seconds in cpu:
        result.add(Usage(2 * seconds, seconds, 80 * 1024))
    return result


class Scale(unittest.TestCase):
    def test_a_slope_leaves_out_what_is_paid_once(self):
        # 30 ms to start, then 10 us a URL; one run of three was disturbed.
        self.assertAlmostEqual(
            scale.slope_us(runs(0.040, 0.040, 0.2), runs(0.130, 0.130, 0.130), 1_000, 10_000), 10)

    def test_the_deviation_is_that_of_the_farthest_in_either_direction(self):
        self.assertAlmostEqual(scale.deviation([10, 11, 9.5]), 10)
        self.assertAlmostEqual(scale.deviation([8, 10, 11]), 20)

    def test_rare_sizes_are_spread_over_the_turns(self):
        planned = list(scale.turns({1: 7, 2: 3, 3: 1}))
        self.assertEqual(len(planned), 7)
        self.assertEqual([n for n, sizes in enumerate(planned) if 2 in sizes], [1, 3, 5])
        self.assertEqual([n for n, sizes in enumerate(planned) if 3 in sizes], [3])
        self.assertTrue(all(1 in sizes for sizes in planned))

    def test_keyed_urls_differ_and_name_pages_that_exist(self):
        class Place:
            pages = 100

            class nginx:
                url = "http://h"
        urls = list(scale.keyed(Place, 0, 1000))
        self.assertEqual(len(set(urls)), 1000)
        self.assertEqual(urls[250], "http://h/p/000050?k=250\n")

    def test_a_job_of_ten_thousand_groups_fits_into_a_job_file(self):
        text = scale.job_text(16, (f"groups-10000-100000/{group}" for group in range(10_000)))
        self.assertEqual(text.count("[[group]]"), 10_000)
        self.assertLess(len(text), 1 << 20)

    def test_groups_share_their_urls_without_a_rest(self):
        for groups in scale.GROUPS:
            for total in scale.GROUP_TOTALS:
                self.assertEqual(total % groups, 0)

    def test_why_nothing_was_in_flight_is_told(self):
        extras = {"scale-flight": {"why_not": "the limit of open files is 1,024"}}
        (rate,) = [one for one in targets({}, extras) if "in flight" in one.text]
        self.assertIsNone(rate.held)
        self.assertIn("1,024", rate.verdict)
        self.assertIn("1,024", tables.extras_tables(extras))


PEERS_OUTPUT = """bytes of memory for each entry: 128 of key and body, 319 by footprint(), 384 of the process
and besides, for being in the cache: forage lru 78; RocksDB HyperClockCache 134; LevelDB LRU -3; \
Poco::LRUCache 544;
1 thread
cache                        Mops/s    least     most   ns CPU     hits   1st is, rate    1st is, CPU
forage lru                     1.96     1.90     1.99      487    1.000         1.00 x         1.00 x
2 threads
cache                        Mops/s    least     most   ns CPU     hits   1st is, rate    1st is, CPU
forage lru                     2.65     2.65     2.65      376    1.000         1.00 x         1.00 x
RocksDB HyperClockCache        2.61     2.61     2.61      381    1.000         1.02 x         1.01 x
mutex + map + list             1.14     1.14     1.14      806    1.000         2.33 x         2.14 x
"""
RATIOS_OUTPUT = """                        LRU  SIEVE   S3-FIFO  ghosts/2  Belady  forage lru  forage s3-fifo
Zipf 0.80             0.468  0.546     0.553     0.559   0.688       0.467           0.556
Zipf 0.80 with scans  0.358  0.436     0.443     0.447   0.549       0.358           0.428
"""


class Caches(unittest.TestCase):
    found = {"threads": caches.speeds(PEERS_OUTPUT),
             "entry_bytes": caches.entry_bytes(PEERS_OUTPUT),
             "hit_ratios": caches.hit_ratios(RATIOS_OUTPUT)}

    def test_rates_are_read_by_threads_and_cache(self):
        two = self.found["threads"][2]
        self.assertEqual(list(two), ["forage lru", "RocksDB HyperClockCache",
                                     "mutex + map + list"])
        self.assertEqual((two["mutex + map + list"]["mops"], two["mutex + map + list"]["cpu_ns"],
                          two["mutex + map + list"]["ours_rate"]), (1.14, 806, 2.33))
        self.assertEqual(self.found["threads"][1]["forage lru"]["least"], 1.90)

    def test_bytes_are_read_by_cache(self):
        self.assertEqual(self.found["entry_bytes"],
                         {"forage lru": 78, "RocksDB HyperClockCache": 134, "LevelDB LRU": -3,
                          "Poco::LRUCache": 544})

    def test_hit_ratios_are_read_by_workload_and_policy(self):
        self.assertEqual(self.found["hit_ratios"]["Zipf 0.80 with scans"]["forage s3-fifo"], 0.428)
        self.assertEqual(self.found["hit_ratios"]["Zipf 0.80"]["LRU"], 0.468)

    def test_what_is_not_understood_gives_no_numbers(self):
        self.assertEqual((caches.speeds("no"), caches.entry_bytes("no"), caches.hit_ratios("no")),
                         ({}, {}, {}))

    def test_targets_compare_with_the_peers_that_are_there(self):
        clock, level, size, points = (one for one in targets({}, {"caches": self.found})
                                      if one.number == 4)
        self.assertEqual((clock.measured, size.measured), (1.02, 78))
        self.assertEqual(level.verdict, "not to be had")
        self.assertAlmostEqual(points.measured, 1.5)
        self.assertEqual(points.verdict, "over by 50%")

    def test_their_tables_have_every_cache_and_workload(self):
        text = tables.extras_tables({"caches": self.found})
        for name in ("mutex + map + list", "Zipf 0.80 with scans"):
            self.assertEqual(text.count(f"| {name} |"), 1)
        widths = {line.count("|") for line in text.split("\n\n")[0].splitlines()}
        self.assertEqual(len(widths), 1)


class Names(unittest.TestCase):
    def test_the_first_part_stands_for_all_and_a_whole_name_for_itself(self):
        self.assertEqual(meant(["scale", "forage", "none"]),
                         ["scale-urls", "scale-groups", "scale-flight", "forage", "none"])

    def test_every_extra_can_be_asked_for(self):
        self.assertTrue(set(EXTRAS) <= set(NAMES))

    def test_the_rate_is_that_of_the_benchmark_named_and_no_other(self):
        output = "Running...\n" + json.dumps({"benchmarks": [
            {"name": "Warm/200/process_time", "items_per_second": 3.0},
            {"name": "Warm/20/process_time/repeats:2", "items_per_second": 1.0},
            {"name": "Warm/20/process_time/repeats:2_mean", "run_type": "aggregate",
             "items_per_second": 9.0}]})
        self.assertEqual(items_per_second(output, "Warm/20"), [1.0])


if __name__ == "__main__":
    unittest.main()
