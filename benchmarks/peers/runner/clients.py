"""The clients that are compared: for each what it is told to do, and how it tells what it did.

A Client has steps, which are run one after another in each round: cold, then what the cold run left
warm. A step that runs fewer pages than the others does so because it would take minutes.
"""

import json
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from measuring import CheckFailed, Delivered
from site_pages import PAGE_BYTES, page


@dataclass
class Place:
    """Where everything is that a step needs."""

    pages: int
    work: Path      # of this run, empty at its start
    build: Path     # of the peers
    here: Path      # benchmarks/peers
    forage: Path
    nginx: object
    redis: object
    lists: object

    def native(self, name):
        return self.build / "native" / name

    def python(self, name):
        return ["/usr/bin/python3", "-B", self.here / "clients" / name]

    def node(self, name):
        return ["node", self.here / "clients" / name]


@dataclass
class Step:
    """One measured command."""

    key: str                                     # unique; what the results are kept under
    kind: str                                    # cold, warm, store or limit
    command: Callable[[Place, int], list]
    delivered: Callable[[Place, str], Delivered]
    pages: int | None = None                     # at most so many; None: all of the run
    before: Callable[[Place, int], None] | None = None
    at_server: str = "all"                       # requests of the server: all, none, or any
    counts_itself: bool = False                  # runs for a time, not for a number of pages
    cpu: bool = True                             # the processor time is that of these pages alone
    label: str | None = None                     # where that of the client does not say enough

    def count(self, pages):
        return min(pages, self.pages or pages)


@dataclass
class Client:
    name: str                                    # for --only
    label: str
    steps: list
    needs: Callable[[Place], bool] = field(default=lambda place: True)


def json_line(place, output):
    """The last line of what the peers of our own print."""
    lines = output.strip().splitlines()
    if not lines:
        raise CheckFailed("a client that printed nothing")
    return Delivered(**json.loads(lines[-1]))


# Forage ------------------------------------------------------------------------------------------

JOB = """[cache]
plugin = "{plugin}"
{cache}

[cache.memory]
max_size = "256MiB"

[fetch]
parallel_max = 16
parallel_max_host = 16

[[group]]
name = "pages"
urls_file = "{urls}"
"""


def forage(plugin):
    def command(place, count):
        url = f'url = "{place.redis.url}"' if plugin == "redis" else ""
        job = place.work / f"{plugin}.toml"
        job.write_text(JOB.format(plugin=plugin, cache=url, urls=place.lists.lines(count)))
        return [place.forage, "run", job, "-q", "--report", place.work / "report.json"]
    return command


def forage_report(place, _):
    report = json.loads((place.work / "report.json").read_text())
    totals = report["totals"]
    if totals["failed"] or totals["blocked"] or report["cache"]["errors"]:
        raise CheckFailed(f"the report tells of failures: {totals}")
    # `bytes` are those that were received, heads included where the fetcher counts them.
    least = totals["fetched"] * PAGE_BYTES
    if totals["bytes"] < least:
        raise CheckFailed(f"{totals['bytes']} bytes received, wanted {least} or more")
    return Delivered(ok=totals["hit"] + totals["fetched"], hits=totals["hit"])


# Programs with an output of their own ------------------------------------------------------------

def curl(place, count):
    return ["curl", "-q", "--silent", "--show-error", "--parallel", "--parallel-max", "16",
            "--write-out", "%{http_code} %{size_download}\\n", "--max-time", "120",
            "--config", place.lists.curl_config(count)]


def curl_lines(_, output):
    sizes = [int(size) for code, size in map(str.split, output.splitlines()) if code == "200"]
    return Delivered(ok=len(sizes), bytes=sum(sizes))


def empty_folder(place, _):
    shutil.rmtree(place.work / "files", ignore_errors=True)
    (place.work / "files").mkdir()


def files(place, _):
    sizes = [entry.stat().st_size for entry in os.scandir(place.work / "files")]
    shutil.rmtree(place.work / "files")
    return Delivered(ok=len(sizes), bytes=sum(sizes))


def wget2(place, count):
    return ["wget2", "--no-config", "--quiet", "--max-threads=16", "--no-robots", "--no-hsts",
            "--http2=off", "--tries=1", "--directory-prefix", place.work / "files",
            "--input-file", place.lists.lines(count)]


def aria2(place, count):
    return ["aria2c", "--no-conf", "--quiet", "--max-concurrent-downloads=16",
            "--max-connection-per-server=1", "--file-allocation=none", "--download-result=hide",
            "--auto-save-interval=0", "--max-tries=1", "--dir", place.work / "files",
            "--input-file", place.lists.lines(count)]


def wrk(place, count):
    return ["wrk", "-t1", "-c16", "-d2s", "-s", place.here / "clients" / "wrk_pages.lua",
            place.lists.urls(1)[0], "--", place.lists.lines(count)]


def wrk_report(_, output):
    if "Non-2xx" in output or "Socket errors" in output:
        raise CheckFailed("wrk met errors: " + output)
    requests, seconds = re.search(r"(\d+) requests in ([\d.]+)s", output).groups()
    return Delivered(ok=int(requests), seconds=float(seconds))


# redis-benchmark ---------------------------------------------------------------------------------

REDIS_COMMANDS = 300_000


def redis_benchmark(test, pipeline):
    def command(place, count):
        return ["redis-benchmark", "-p", str(place.redis.port), "-t", test, "-d", str(PAGE_BYTES),
                "-r", str(count), "-n", str(REDIS_COMMANDS), "-c", "16", "-P", str(pipeline),
                "--csv"]
    return command


def redis_rate(_, output):
    rate = float(output.strip().splitlines()[-1].split(",")[1].strip('"'))
    return Delivered(ok=REDIS_COMMANDS, seconds=REDIS_COMMANDS / rate)


def fill_for_benchmark(place, count):
    place.redis.flush()
    place.redis.fill((b"key:%012d" % number, page(number)) for number in range(count))


# What a step does before it ----------------------------------------------------------------------

def flush(place, _):
    place.redis.flush()


def fill_for_tutorial(place, count):
    place.redis.flush()
    place.redis.fill((f"url:{url}".encode(), page(number))
                     for number, url in enumerate(place.lists.urls(count)))


def empty_cache(place, _):
    shutil.rmtree(place.work / "cache", ignore_errors=True)


# The table ---------------------------------------------------------------------------------------

def has_node(place):
    return shutil.which("node") and (place.build / "node" / "node_modules" / "undici").is_dir()


def in_go(name):
    return lambda place: (place.build / "go" / name).exists()


def list_of(program):
    """A program of ours that takes the list of URLs."""
    return lambda place, count: [place.native(program), place.lists.lines(count)]


def days_port(redis):
    return lambda place, count: [place.native("days_port"), place.lists.lines(count),
                                 place.redis.port if redis else 0, 16, "split"]


def on_redis(client):
    """A client in Python that takes groups of URLs and the port of Redis."""
    return lambda place, count: [*place.python(client), place.lists.split(count), place.redis.port]


def scrapy(cache):
    return lambda place, count: [*place.python("scrapy_client.py"), place.lists.lines(count),
                                 *([place.work / "cache"] if cache else [])]


def undici(*mode):
    return lambda place, count: [*place.node("undici_client.mjs"), place.lists.lines(count), *mode]


def colly(cache):
    return lambda place, count: [place.build / "go" / "colly", place.lists.lines(count),
                                 *([place.work / "cache"] if cache else [])]


CLIENTS = [
    Client("forage", "Forage, into memory", [
        Step("forage memory", "cold", forage("memory"), forage_report)]),
    Client("forage-redis", "Forage, into and from Redis", [
        Step("forage redis", "cold", forage("redis"), forage_report, before=flush,
             label="Forage, into Redis"),
        Step("forage redis warm", "warm", forage("redis"), forage_report, at_server="none",
             label="Forage, from Redis")]),
    Client("wrk", "wrk, one thread", [
        Step("wrk", "limit", wrk, wrk_report, at_server="any", counts_itself=True)]),
    Client("bare-loop", "bare epoll loop that counts bytes", [
        Step("bare loop", "limit", list_of("bare_loop"), json_line)]),
    Client("raw-threads", "blocking raw sockets, 16 threads", [
        Step("raw threads", "limit", list_of("raw_threads"), json_line)]),
    Client("poco", "Poco HTTPClientSession, 16 threads, no cache", [
        Step("poco", "cold", days_port(False), json_line)]),
    Client("curl-multi", "libcurl multi, no cache, no output", [
        Step("curl multi", "cold", list_of("curl_multi"), json_line)]),
    Client("curl", "curl --parallel to /dev/null", [
        Step("curl", "cold", curl, curl_lines)]),
    Client("undici", "undici", [
        Step("undici", "cold", undici("plain"), json_line)], has_node),
    Client("undici-cache", "undici with its memory cache", [
        Step("undici cache", "cold", undici("cache"), json_line),
        Step("undici cache warm", "warm", undici("cache", "2"), json_line, cpu=False)], has_node),
    Client("got", "got", [
        Step("got", "cold", lambda place, count: [*place.node("got_client.mjs"),
                                                  place.lists.lines(count)],
             json_line, pages=5000)], has_node),
    Client("colly", "Colly", [
        Step("colly", "cold", colly(False), json_line)], in_go("colly")),
    Client("colly-cache", "Colly with CacheDir", [
        Step("colly cache", "cold", colly(True), json_line, before=empty_cache),
        Step("colly cache warm", "warm", colly(True), json_line, at_server="none")],
        in_go("colly")),
    Client("go", "Go net/http, 16 goroutines, no cache", [
        Step("go", "cold", lambda place, count: [place.build / "go" / "nethttp",
                                                 place.lists.lines(count)], json_line)],
        in_go("nethttp")),
    Client("wget2", "wget2 to files", [
        Step("wget2", "cold", wget2, files, before=empty_folder)]),
    Client("aria2", "aria2 to files", [
        Step("aria2", "cold", aria2, files, before=empty_folder, pages=2000)]),
    Client("scrapy", "Scrapy", [
        Step("scrapy", "cold", scrapy(False), json_line, pages=1000)]),
    Client("scrapy-cache", "Scrapy with HTTPCACHE", [
        Step("scrapy cache", "cold", scrapy(True), json_line, before=empty_cache, pages=1000),
        Step("scrapy cache warm", "warm", scrapy(True), json_line, at_server="none", pages=1000)]),
    Client("requests-cache", "requests-cache on Redis", [
        Step("requests-cache", "cold", on_redis("requests_cache_client.py"), json_line,
             before=flush, pages=2000),
        Step("requests-cache warm", "warm", on_redis("requests_cache_client.py"), json_line,
             at_server="none", pages=2000)]),
    Client("tutorial", "the tutorial's loop in Python on Redis", [
        Step("tutorial", "cold", on_redis("tutorial.py"), json_line, before=flush, pages=2000),
        Step("tutorial warm", "warm", on_redis("tutorial.py"), json_line,
             before=fill_for_tutorial, at_server="none")]),
    Client("days-port", "a day's port of it to C++: Poco, hiredis", [
        Step("days port", "cold", days_port(True), json_line, before=flush),
        Step("days port warm", "warm", days_port(True), json_line, at_server="none")]),
    Client("redis-benchmark", "redis-benchmark", [
        Step("redis-benchmark GET P16", "store", redis_benchmark("get", 16), redis_rate,
             label="redis-benchmark GET, pipeline 16",
             before=fill_for_benchmark, at_server="none", counts_itself=True),
        Step("redis-benchmark GET P64", "store", redis_benchmark("get", 64), redis_rate,
             label="redis-benchmark GET, pipeline 64",
             at_server="none", counts_itself=True),
        Step("redis-benchmark SET P16", "store", redis_benchmark("set", 16), redis_rate,
             label="redis-benchmark SET, pipeline 16",
             at_server="none", counts_itself=True)]),
]
