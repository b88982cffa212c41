"""How cost grows with size: processor time for each further URL of one group and of many, memory of
a list that is far larger than the cache, and ten thousand fetches in flight.

A slope between two sizes leaves out what is paid once: the start of the process and of the groups.
The functions are of the form that extras.py tells.
"""

import resource
from dataclasses import dataclass, field
from statistics import median

from jobs import forage_run, requests_during, start_origin, write_job
from measuring import check
from site_pages import PAGE_BYTES

CACHE_MIB = 64
# How often each number of URLs is run: the small ones more often, since noise weighs more in them.
SIZES = {1_000: 7, 10_000: 7, 100_000: 3, 1_000_000: 1}
GROUPS = (1, 10, 100, 1_000, 10_000)
GROUP_TOTALS = (20_000, 100_000)
GROUP_ROUNDS = 3
IN_FLIGHT = 10_000
FLIGHT_TOTALS = (30_000, 120_000)
# Besides a descriptor for each fetch: files, the event loop, the libraries.
DESCRIPTORS = IN_FLIGHT + 100
LIMIT = 400.0

JOB = """[cache]
plugin = "memory"
expire_after = "1d"

[cache.memory]
max_size = "{cache}MiB"

[fetch]
parallel_max = {parallel}
parallel_max_host = {parallel}

"""


@dataclass
class Runs:
    """What the runs of one size took."""

    cpu: list = field(default_factory=list)   # seconds
    wall: list = field(default_factory=list)
    peak_mib: list = field(default_factory=list)

    def add(self, usage):
        self.cpu.append(usage.cpu)
        self.wall.append(usage.wall)
        self.peak_mib.append(usage.peak_kib / 1024)


def slope_us(fewer, more, small, large):
    """Microseconds of processor time for each of the URLs that `large` has beyond `small`."""
    return (median(more.cpu) - median(fewer.cpu)) * 1e6 / (large - small)


def deviation(slopes):
    """How far the farthest is from the median of all, in per cent."""
    middle = median(slopes)
    return max(abs(one / middle - 1) for one in slopes) * 100


def turns(times):
    """`times`: how often each size is run. Yields the sizes of each turn; what is run less often is
    spread over the turns, so that a slow minute of the machine meets all sizes alike."""
    most = max(times.values())
    due = {size: {int((i + 0.5) * most / count) for i in range(count)}
           for size, count in times.items()}
    for turn in range(most):
        yield [size for size in times if turn in due[size]]


def keyed(place, begin, end):
    """URLs that are all different, over the pages that there are."""
    base, pages = place.nginx.url, place.pages
    return (f"{base}/p/{number % pages:06d}?k={number}\n" for number in range(begin, end))


def job_text(parallel, files):
    return JOB.format(cache=CACHE_MIB, parallel=parallel) + "".join(
        f'[[group]]\nurls_file = "{name}"\n' for name in files)


def write_groups(place, groups, total):
    """A job of as many groups, each with its share of the URLs in a file of its own."""
    folder = place.work / f"groups-{groups}-{total}"
    folder.mkdir()
    share = total // groups
    for group in range(groups):
        (folder / f"{group}").write_text("".join(keyed(place, group * share, (group + 1) * share)))
    return write_job(place, folder.name + ".toml",
                     job_text(16, (f"{folder.name}/{group}" for group in range(groups))))


def run_checked(place, measure, job, count, runs):
    """Runs it once. Every page has to be fetched, and every one at the server."""
    kept = []
    asked = requests_during(place, lambda: kept.append(forage_run(place, measure, job, LIMIT)))
    usage, report = kept[0]
    check(f"{job.name}: pages fetched", report["totals"]["fetched"], count)
    check(f"{job.name}: requests at the server", asked, count)
    check(f"{job.name}: all bytes came", report["totals"]["bytes"] >= count * PAGE_BYTES, True)
    runs.add(usage)


def urls(place, measure, _):
    """One group of ever more URLs: what each further one costs, and the memory of the largest."""
    jobs = {}
    for size in SIZES:
        with open(place.work / f"keyed-{size}.txt", "w", encoding="ascii") as lines:
            lines.writelines(keyed(place, 0, size))
        jobs[size] = write_job(place, f"keyed-{size}.toml", job_text(16, [f"keyed-{size}.txt"]))
    runs = {size: Runs() for size in SIZES}
    for sizes in turns(SIZES):
        for size in sizes:
            run_checked(place, measure, jobs[size], size, runs[size])
    order = list(SIZES)
    slopes = [slope_us(runs[small], runs[large], small, large)
              for small, large in zip(order, order[1:])]
    peak = max(runs[order[-1]].peak_mib)
    return {"sizes": order, "slopes_us": slopes, "deviation_percent": deviation(slopes),
            "cpu_seconds": {size: one.cpu for size, one in runs.items()},
            "peak_mib": peak, "beyond_cache_mib": peak - CACHE_MIB, "cache_mib": CACHE_MIB}


def groups(place, measure, _):
    """As many URLs in ever more groups: what each further URL costs, and each further group."""
    small, large = GROUP_TOTALS
    cells = [(groups, total) for groups in GROUPS for total in GROUP_TOTALS]
    jobs = {cell: write_groups(place, *cell) for cell in cells}
    runs = {cell: Runs() for cell in cells}
    for _ in range(GROUP_ROUNDS):
        for cell in cells:
            run_checked(place, measure, jobs[cell], cell[1], runs[cell])
    slopes = [slope_us(runs[groups, small], runs[groups, large], small, large)
              for groups in GROUPS]
    least, most = GROUPS[0], GROUPS[-1]
    each_group = slope_us(runs[least, small], runs[most, small], least, most)
    return {"groups": list(GROUPS), "totals": list(GROUP_TOTALS), "slopes_us": slopes,
            "deviation_percent": deviation(slopes), "group_us": each_group,
            "peak_mib": [max(runs[groups, large].peak_mib) for groups in GROUPS],
            "cpu_seconds": {f"{groups} of {total}": one.cpu
                            for (groups, total), one in runs.items()}}


def too_few_descriptors():
    """Why so many fetches cannot be in flight here, or nothing."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= DESCRIPTORS:
        return ""
    return f"the limit of open files is {hard:,} (ulimit -Hn), {DESCRIPTORS:,} are needed"


def flight(place, measure, _):
    """Ten thousand fetches in flight, each answered after a second: pages a second once all are
    under way, which is the difference between a long run and a short one."""
    if why_not := too_few_descriptors():
        return {"why_not": why_not}
    runs, concurrent = {total: Runs() for total in FLIGHT_TOTALS}, 0
    for total, one in runs.items():
        with start_origin(place, delay_unit=1000) as origin:
            with open(place.work / "flight.txt", "w", encoding="ascii") as lines:
                lines.writelines(f"{origin.url}/delay/1?k={number}\n" for number in range(total))
            job = write_job(place, "flight.toml", job_text(IN_FLIGHT, ["flight.txt"]))
            usage, report = forage_run(place, measure, job, LIMIT)
            stats = origin.stats()
            check("delayed pages fetched", report["totals"]["fetched"], total)
            # The question itself is a request too.
            check("requests for delayed pages", stats["requests"] - 1, total)
            concurrent = max(concurrent, stats["max_concurrent"])
            one.add(usage)
    small, large = FLIGHT_TOTALS
    return {"in_flight": IN_FLIGHT, "at_once": concurrent, "totals": list(FLIGHT_TOTALS),
            "rate": (large - small) / (runs[large].wall[0] - runs[small].wall[0]),
            "cpu_us": slope_us(runs[small], runs[large], small, large),
            "peak_mib": max(one.peak_mib[0] for one in runs.values()),
            "wall_seconds": {total: one.wall[0] for total, one in runs.items()}}
