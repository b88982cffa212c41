"""Runs of the command with a job of their own, for what is measured beside the rounds."""

import json

from measuring import CheckFailed, check
from servers import Origin


def write_job(place, name, text):
    job = place.work / name
    job.write_text(text)
    return job


def report_of(place):
    return json.loads((place.work / "report.json").read_text())


def forage_run(place, measure, job, limit=180):
    """Runs it, and returns its Usage and report; every URL has to succeed."""
    usage, _ = measure.run([place.forage, "run", job, "-q", "--report",
                            place.work / "report.json"], limit)
    report = report_of(place)
    check(f"{job.name}: URLs that failed", report["totals"]["failed"], 0)
    return usage, report


def requests_during(place, action):
    before = place.nginx.requests()
    action()
    return place.nginx.requests() - before - 1


def start_origin(place, delay_unit):
    """The server of delayed answers; `delay_unit`: milliseconds that a second of delay takes."""
    program = place.forage.parent.parent / "origin" / "forage-origin"
    if not program.exists():
        raise CheckFailed("forage-origin is not built beside the command")
    return Origin(place.work, program, delay_unit)


def bench_program(place, name):
    """A program of benchmarks/ in the build tree of the command, or nothing."""
    program = place.forage.parent.parent.parent / "benchmarks" / name
    return program if program.exists() else None
