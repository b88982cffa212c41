"""What is measured beside the rounds: overlapping groups, the tutorial's own workload, the start of
the process, its memory, and warm look-ups within one process.

Each function takes a Place, a Measure and the number of rounds, and returns numbers by name. Throws
CheckFailed where not every page was delivered.
"""

import json
import os
import subprocess
from statistics import median

import caches
import scale
from jobs import bench_program, forage_run, report_of, requests_during, start_origin, write_job
from measuring import CheckFailed, check

SAME_URLS = 500
DELAYS = [[1, 4, 2, 5, 3], [5, 6, 7, 2, 8], [3, 9, 10, 4, 11]]
# URL in, Visit delivered to a sink, metrics counted, of a run of so many.
WARM_BENCHMARK = "WarmFromMemoryWatched/20000"


def same_groups(place, measure, rounds):
    """Sixteen groups of the same URLs: how many requests the server gets."""
    count = min(SAME_URLS, place.pages)
    urls = place.lists.lines(count)
    groups = "".join(f'[[group]]\nname = "g{n}"\nurls_file = "{urls}"\n' for n in range(16))
    numbers = {"urls": count}
    for plugin in ("memory", "redis"):
        cache = f'[cache]\nplugin = "{plugin}"\nurl = "{place.redis.url}"\n'
        job = write_job(place, f"same-{plugin}.toml", cache + groups)
        asked = []
        for _ in range(rounds):
            place.redis.flush()
            asked.append(requests_during(place, lambda: forage_run(place, measure, job)))
            totals = report_of(place)["totals"]
            check("URLs of sixteen groups", totals["hit"] + totals["joined"] + totals["fetched"],
                  16 * count)
        numbers[f"forage_{plugin}"] = max(asked)
    peers = {
        "days_port": [place.native("days_port"), urls, place.redis.port, 16, "same"],
        "tutorial": [*place.python("tutorial.py"), place.lists.same(count), place.redis.port],
        "requests_cache": [*place.python("requests_cache_client.py"), place.lists.same(count),
                           place.redis.port],
    }
    for name, command in peers.items():
        place.redis.flush()
        output = []
        numbers[name] = requests_during(
            place, lambda: output.append(measure.run(command, limit=120)[1]))
        delivered = json.loads(output[0].strip().splitlines()[-1])
        check(f"{name}: pages of sixteen groups", delivered["ok"], 16 * count)
    return numbers


def tutorial_workload(place, measure, rounds):
    """The fifteen URLs at a tenth of their delays, against forage-origin."""
    rounds = min(rounds, 3)
    with start_origin(place, delay_unit=100) as origin:
        groups = [[f"{origin.url}/delay/{delay}" for delay in group] for group in DELAYS]
        (place.work / "delays.json").write_text(json.dumps(groups))
        tables = "".join(f"[[group]]\nurls = {json.dumps(urls)}\n" for urls in groups)
        limits = "[fetch]\nparallel_max_host = 1000\nparallel_max = {}\n"
        jobs = {"forage": write_job(place, "delays.toml", limits.format(8) + tables),
                "forage_in_turn": write_job(place, "delays-1.toml", limits.format(1) + tables)}
        seconds = {"forage": [], "forage_in_turn": [], "tutorial": []}
        asked = {name: [] for name in seconds}
        for _ in range(rounds):
            for name in seconds:
                place.redis.flush()
                before = origin.requests("/delay/")
                if name == "tutorial":
                    _, output = measure.run([*place.python("tutorial.py"),
                                             place.work / "delays.json", place.redis.port])
                    result = json.loads(output)
                    check("the tutorial's pages", result["ok"], 15)
                    seconds[name].append(result["seconds"])  # without the start of Python
                else:
                    seconds[name].append(forage_run(place, measure, jobs[name])[0].wall)
                asked[name].append(origin.requests("/delay/") - before)
    return {**{name + "_seconds": median(values) for name, values in seconds.items()},
            **{name + "_requests": max(values) for name, values in asked.items()}}


def start(place, measure, rounds):
    """One URL, process start included: forage fetch and curl in turn."""
    url = place.lists.urls(1)[0]
    commands = {"forage": [place.forage, "fetch", url], "curl": ["curl", "-q", "-s", url]}
    walls = {name: [] for name in commands}
    for _ in range(4 * rounds):
        for name, command in commands.items():
            usage, output = measure.run(command)
            check(f"bytes that {name} fetched", len(output), 2048)
            walls[name].append(usage.wall)
    return {"forage_ms": median(walls["forage"]) * 1e3, "curl_ms": median(walls["curl"]) * 1e3,
            "ratio": median(f / c for f, c in zip(walls["forage"], walls["curl"]))}


def memory(place, measure, rounds):
    """The peak of a run of all pages whose bodies are dropped, and of a run of one."""
    peaks = {1: [], place.pages: []}
    for _ in range(min(rounds, 5)):
        for count, values in peaks.items():
            job = write_job(place, f"dropped-{count}.toml", (
                '[cache]\nallowable_codes = []\n[fetch]\nparallel_max = 16\n'
                'parallel_max_host = 16\n[[group]]\n'
                f'name = "pages"\nurls_file = "{place.lists.lines(count)}"\n'))
            usage, report = forage_run(place, measure, job)
            check("pages fetched and dropped", report["totals"]["fetched"], count)
            values.append(usage.peak_kib / 1024)
    one, all_pages = median(peaks[1]), median(peaks[place.pages])
    return {"one_mib": one, "all_mib": all_pages, "growth_mib": all_pages - one,
            "pages": place.pages}


def items_per_second(output, name):
    """Of every repetition of one benchmark, from what Google Benchmark prints as JSON."""
    found = json.loads(output[output.index("{"):])["benchmarks"]
    return [one["items_per_second"] for one in found if one.get("run_type") != "aggregate"
            and one["name"].startswith(name + "/") and "items_per_second" in one]


def warm_memory(place, _, rounds):
    """Warm look-ups in memory within one process; nothing when that benchmark is not built."""
    program = bench_program(place, "pipeline_bench")
    if not program:
        return {}
    # It counts the processor time of all threads: its items a second are those of one core.
    result = subprocess.run(
        [program, f"--benchmark_filter=^{WARM_BENCHMARK}/", "--benchmark_format=json",
         f"--benchmark_repetitions={rounds}", "--benchmark_min_time=0.3"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
        env=dict(os.environ))
    if result.returncode != 0 or "{" not in result.stdout:
        raise CheckFailed("pipeline_bench: " + result.stderr[-500:])
    rates = items_per_second(result.stdout, WARM_BENCHMARK)
    if not rates:
        raise CheckFailed(f"pipeline_bench has no {WARM_BENCHMARK}")
    return {"benchmark": WARM_BENCHMARK, "rate": median(rates), "rates": rates}


EXTRAS = {"same-groups": same_groups, "tutorial-workload": tutorial_workload, "start": start,
          "memory": memory, "warm-memory": warm_memory, "caches": caches.compare,
          "scale-urls": scale.urls, "scale-groups": scale.groups, "scale-flight": scale.flight}
