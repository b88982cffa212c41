"""What Forage wants to reach, and what was measured of it."""

from dataclasses import dataclass
from statistics import median

from summary import ratio

REDIS_GET = ("redis-benchmark GET P16", "redis-benchmark GET P64")


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
        Target(2, "warm from Redis against redis-benchmark GET at its best", 0.8,
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


def targets(samples, extras):
    return cold(samples) + warm(samples, extras) + beside(extras)
