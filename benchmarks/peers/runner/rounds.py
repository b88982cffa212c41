"""The rounds: every client once in each, one after another, and each run checked."""

import shutil
import sys
from dataclasses import asdict, dataclass

from clients import REDIS_COMMANDS
from measuring import CheckFailed, check
from site_pages import PAGE_BYTES


@dataclass
class Sample:
    """What one step took in one round."""

    round: int
    pages: int
    seconds: float         # for these pages: of the whole process unless the step is timed within
    wall: float            # of the whole process
    cpu_us: float | None   # of the client's processor time per page
    peak_mib: float
    server_requests: int

    @property
    def rate(self):
        return self.pages / self.seconds

    def as_dict(self):
        return {**asdict(self), "rate": self.rate}


def check_delivery(step, count, delivered, asked):
    if step.counts_itself:
        if step.at_server == "any":
            # What is under way when the time is up was asked for and not counted.
            if not delivered.ok <= asked <= delivered.ok + 64:
                raise CheckFailed(f"{delivered.ok} answers, but {asked} requests")
        return
    check("pages delivered", delivered.ok, count)
    if delivered.bytes is not None:
        check("bytes delivered", delivered.bytes, count * PAGE_BYTES)
    if step.kind == "warm" and delivered.hits is not None:
        check("answers from the cache", delivered.hits, count)
    check("requests at the server", asked, count if step.at_server == "all" else 0)


def check_store(step, before, after):
    """Each GET has to find its key: an answer without a value costs Redis far less."""
    hits, misses = (now - then for now, then in zip(after, before))
    check("keys that Redis did not have", misses, 0)
    if "GET" in step.key:
        # It may send whole pipelines beyond what it was told.
        check("keys that Redis had", hits >= REDIS_COMMANDS, True)


def run_step(step, number, place, measure):
    count = step.count(place.pages)
    if step.before:
        step.before(place, count)
    looked_up = place.redis.lookups()
    before = place.nginx.requests()
    usage, output = measure.run(step.command(place, count))
    asked = place.nginx.requests() - before - 1  # the second question is a request too
    delivered = step.delivered(place, output)
    check_delivery(step, count, delivered, asked)
    if step.kind == "store":
        check_store(step, looked_up, place.redis.lookups())
    pages = delivered.ok if step.counts_itself else count
    timed_within = step.counts_itself or not step.cpu
    return Sample(round=number, pages=pages,
                  seconds=delivered.seconds if timed_within else usage.wall, wall=usage.wall,
                  cpu_us=usage.cpu * 1e6 / pages if step.cpu else None,
                  peak_mib=usage.peak_kib / 1024, server_requests=asked)


def run_client(client, number, place, measure, samples, failures):
    for step in client.steps:
        try:
            sample = run_step(step, number, place, measure)
        except CheckFailed as problem:
            failures.append(f"round {number}: {step.key}: {problem}")
            print(f"  FAILED {step.key}: {problem}", file=sys.stderr, flush=True)
            return
        samples.setdefault(step.key, []).append(sample)
        print(f"  {step.key:26} {sample.rate:11,.0f} /s", file=sys.stderr, flush=True)


def run_rounds(clients, rounds, place, measure, samples, failures):
    """Fills `samples` by the key of the step, and `failures` with what was not as it should be."""
    for number in range(1, rounds + 1):
        print(f"Round {number} of {rounds}", file=sys.stderr, flush=True)
        # Each round begins with another client, so that none is always after the same one.
        begin = (number - 1) * 3 % len(clients) if clients else 0
        for client in clients[begin:] + clients[:begin]:
            run_client(client, number, place, measure, samples, failures)
            shutil.rmtree(place.work / "cache", ignore_errors=True)
