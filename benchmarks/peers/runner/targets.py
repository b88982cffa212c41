"""What Forage wants to reach, and what was measured of it."""

from dataclasses import dataclass
from statistics import median

from summary import ratio

REDIS_GET = ("redis-benchmark GET P16", "redis-benchmark GET P64")
# Of benchmarks/caches, as it names them.
LRU, S3_FIFO, S3_FIFO_MODEL = "forage lru", "forage s3-fifo", "S3-FIFO"


@dataclass
class Target:
    """`measured` against `bound`; `most`: it may be at most that, else at least."""

    number: int
    text: str
    bound: float
    measured: float | None
    unit: str = " x"
    most: bool = False
    why_not: str = "not measured"

    @property
    def held(self):
        if self.measured is None:
            return None
        return self.measured <= self.bound if self.most else self.measured >= self.bound

    @property
    def verdict(self):
        if self.measured is None:
            return self.why_not
        if self.held:
            return "PASS"
        short = self.measured / self.bound - 1 if self.most else 1 - self.measured / self.bound
        digits = 0 if short >= 0.01 else 1
        return f"{'over' if self.most else 'short'} by {short:.{digits}%}"

    def amount(self, value):
        if value is None:
            return "-"
        digits = 0 if abs(value) >= 1000 or float(value).is_integer() else 2
        return f"{value:,.{digits}f}{self.unit}"


def best_get(samples):
    return max(REDIS_GET, key=lambda key: median([one.rate for one in samples[key]])
               if samples.get(key) else 0.0)


def median_cpu(samples, key):
    return median(one.cpu_us for one in samples[key]) if samples.get(key) else None


def cold(samples):
    against = lambda ours, theirs: ratio(samples, ours, theirs)
    memory, redis = "forage memory", "forage redis"
    go = against(memory, "go")
    no_colly = "Colly not to be had" + (f"; against Go's own client {go:.2f} x" if go else "")
    return [
        Target(1, "cold into memory against curl --parallel", 3, against(memory, "curl")),
        Target(1, "cold into memory against Colly", 3.5, against(memory, "colly"),
               why_not=no_colly),
        Target(1, "cold into memory against undici", 3.5, against(memory, "undici")),
        Target(1, "cold into memory against Scrapy", 170, against(memory, "scrapy")),
        Target(1, "cold into memory against wrk", 0.85, against(memory, "wrk")),
        Target(1, "CPU per URL, cold into memory, against the bare loop", 1.4,
               ratio(samples, memory, "bare loop", "cpu_us"), most=True),
        Target(1, "cold into Redis against wrk", 0.7, against(redis, "wrk")),
        Target(1, "cold into Redis against the day's port", 2.5, against(redis, "days port")),
        Target(1, "cold into Redis against the tutorial's loop", 90, against(redis, "tutorial")),
    ]


def warm(samples, extras):
    against = lambda theirs: ratio(samples, "forage redis warm", theirs)
    return [
        Target(2, "warm from Redis against redis-benchmark GET, pipeline 16", 0.8,
               against(REDIS_GET[0])),
        Target(2, "warm from Redis against redis-benchmark GET, the better pipeline", 0.8,
               against(best_get(samples))),
        Target(2, "warm from Redis against the day's port", 4, against("days port warm")),
        Target(2, "warm from Redis against the tutorial's loop", 25, against("tutorial warm")),
        Target(2, "CPU per URL, warm from Redis", 4, median_cpu(samples, "forage redis warm"),
               unit=" us", most=True),
        Target(2, "warm from memory, URLs a second on one core", 1_000_000,
               extras.get("warm-memory", {}).get("rate"), unit="",
               why_not="pipeline_bench not built"),
    ]


def beside(extras):
    groups = extras.get("same-groups", {})
    workload = extras.get("tutorial-workload", {})
    start, memory = extras.get("start", {}), extras.get("memory", {})
    in_turn = (workload["forage_in_turn_seconds"] / workload["tutorial_seconds"]
               if workload else None)
    wanted = groups.get("urls", 500)
    text = f"requests for sixteen groups of the same {wanted} URLs"
    return [
        Target(3, "requests for the tutorial's workload", 11, workload.get("forage_requests"),
               unit="", most=True),
        Target(3, "its time at a tenth of the delays", 1.15, workload.get("forage_seconds"),
               unit=" s", most=True),
        Target(3, "its time with parallel_max = 1 against the tutorial's", 1.02, in_turn,
               most=True),
        Target(3, text + ", memory", wanted, groups.get("forage_memory"), unit="", most=True),
        Target(3, text + ", Redis", wanted, groups.get("forage_redis"), unit="", most=True),
        Target(6, "forage fetch against curl, process start included", 2.5, start.get("ratio"),
               most=True),
        Target(6, "peak memory of all pages above one, bodies dropped", 6,
               memory.get("growth_mib"), unit=" MiB", most=True),
    ]


def points_behind_model(ratios):
    """How many points of hit ratio our policy keeps less than the model of it, where it is most."""
    short = [row[S3_FIFO_MODEL] - row[S3_FIFO] for row in ratios.values()
             if S3_FIFO in row and S3_FIFO_MODEL in row]
    return max(0.0, max(short) * 100) if short else None


def cache_targets(extras):
    numbers = extras.get("caches", {})
    two = numbers.get("threads", {}).get(2, {})
    against = lambda peer: two.get(peer, {}).get("ours_rate")
    why_not = "not to be had" if numbers else "not built"
    return [
        Target(4, "LRU plugin against HyperClockCache, two threads", 0.85,
               against("RocksDB HyperClockCache"), why_not=why_not),
        Target(4, "LRU plugin against LevelDB's, two threads", 1.8, against("LevelDB LRU"),
               why_not=why_not),
        Target(4, "its bytes for each entry beyond key and value", 80,
               numbers.get("entry_bytes", {}).get(LRU), unit="", most=True, why_not=why_not),
        Target(4, "hit ratio of s3-fifo behind its model's, worst of the traces", 1,
               points_behind_model(numbers.get("hit_ratios", {})), unit=" points", most=True,
               why_not=why_not),
    ]


def scale_targets(extras):
    urls, groups = extras.get("scale-urls", {}), extras.get("scale-groups", {})
    flight = extras.get("scale-flight", {})
    why_not = flight.get("why_not", "not measured")
    cost = "CPU per further URL, farthest from the median, "
    return [
        Target(5, cost + "1,000 to 1,000,000 URLs", 15, urls.get("deviation_percent"), unit=" %",
               most=True),
        Target(5, cost + "1 to 10,000 groups", 15, groups.get("deviation_percent"), unit=" %",
               most=True),
        Target(5, "peak memory of a million URLs beyond the cache's budget", 40,
               urls.get("beyond_cache_mib"), unit=" MiB", most=True),
        Target(5, "10,000 fetches in flight, URLs a second", 9000, flight.get("rate"), unit="",
               why_not=why_not),
        Target(5, "their peak memory", 400, flight.get("peak_mib"), unit=" MiB", most=True,
               why_not=why_not),
    ]


def targets(samples, extras):
    all_of_them = (cold(samples) + warm(samples, extras) + beside(extras) + cache_targets(extras)
                   + scale_targets(extras))
    return sorted(all_of_them, key=lambda one: one.number)


def told(goals, whole):
    """Those that a table shows: all of a whole run; of a part of one what was measured."""
    return [one for one in goals if whole or one.measured is not None]
