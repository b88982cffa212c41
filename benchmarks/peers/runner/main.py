"""benchmarks/peers/run: installs, builds, serves, measures, and writes what came out of it."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import caches
import chart
import docs
import machine
import tables
from clients import CLIENTS, Place
from extras import EXTRAS
from measuring import CheckFailed, Measure
from rounds import run_rounds
from servers import Nginx, Redis
from site_pages import PAGE_BYTES, UrlLists, write_pages
from summary import rows
from targets import targets, told

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "peers"
# Of benchmarks/, built where the tree has them.
PROGRAMS = ("pipeline_bench", *caches.PROGRAMS)
NAMES = [client.name for client in CLIENTS] + list(EXTRAS)


def meant(words):
    """The names that are meant: the first part of several, such as "scale", stands for all."""
    return [name for word in words
            for name in ([word] if word in NAMES else
                         [one for one in NAMES if one.startswith(word + "-")] or [word])]


def arguments():
    parser = argparse.ArgumentParser(
        prog="benchmarks/peers/run",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Runs Forage and its peers side by side: nginx and Redis on the loopback "
                    "interface, every client once a\nround, each run checked for every page. "
                    "Installs and builds what is missing.",
        epilog="names for --only:\n  " + "\n  ".join(
            " ".join(NAMES[i:i + 7]) for i in range(0, len(NAMES), 7)) +
               "\n\nThe environment variable FORAGE names a command that is built already."
               "\nExit codes: 0 every client delivered every page; 1 one did not, or with "
               "--strict a target is missed.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="5")
    parser.add_argument("--pages", type=int, default=20_000, metavar="N",
                        help="20,000; slow clients get fewer")
    parser.add_argument("--only", metavar="NAME,...", help="these clients and measurements alone")
    parser.add_argument("--out", type=Path, default=Path(os.path.relpath(BUILD / "out")),
                        metavar="DIR",
                        help="for results.json, results.md and results.svg; build/peers/out")
    parser.add_argument("--docs", action="store_true",
                        help="rewrite the figures of docs/benchmarks.md and docs/benchmarks.svg")
    parser.add_argument("--strict", action="store_true", help="a missed target is an error")
    parser.add_argument("--no-install", action="store_true",
                        help="neither install nor build anything")
    options = parser.parse_args()
    if not 1 <= options.rounds <= 100 or not 100 <= options.pages <= 100_000:
        parser.error("--rounds wants 1 to 100, --pages 100 to 100000")
    options.only = meant(options.only.split(",")) if options.only else NAMES
    if unknown := [name for name in options.only if name not in NAMES]:
        parser.error("unknown: " + ", ".join(unknown) + "; known: " + " ".join(NAMES))
    return options


def quietly(*command):
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"peers: {' '.join(map(str, command))} failed:\n"
                 + (result.stdout + result.stderr)[-3000:])


def built_command(install):
    """The command that is measured: FORAGE, or the release build of this tree."""
    if given := os.environ.get("FORAGE"):
        return Path(given).resolve()
    tree = ROOT / "build" / "release"
    if install:
        quietly("scripts/setup", "run")
        # Each time: libraries of the peers may have come since.
        quietly("cmake", "--preset", "release")
        known = subprocess.run(["ninja", "-C", tree, "-t", "targets", "all"], capture_output=True,
                               text=True, check=False).stdout
        programs = [name for name in PROGRAMS if f"\n{name}:" in known]
        quietly("ninja", "-C", str(tree), "forage_command", "forage-origin", *programs)
    return tree / "apps" / "forage" / "forage"


def not_built(*programs):
    return ", ".join(str(one) for one in programs if not os.access(one, os.X_OK))


def environment():
    """Of every client: nothing of the user's that would change what it does."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "PEERS_NODE": str(BUILD / "node")}


def measure_all(options, forage, work):
    """Everything that was asked for: samples, other numbers, failed checks, and who was absent.
    Interrupted, it returns what there is, as a failure."""
    write_pages(work / "site", options.pages)
    samples, extras, failures = {}, {}, []
    with Nginx(work, work / "site") as nginx, Redis(work) as redis:
        place = Place(options.pages, work, BUILD, HERE, forage, nginx, redis,
                      UrlLists(work, nginx.url))
        measure = Measure(place.native("measure"), work, environment())
        chosen = [client for client in CLIENTS if client.name in options.only]
        absent = [client.label for client in chosen if not client.needs(place)]
        try:
            run_rounds([client for client in chosen if client.needs(place)], options.rounds, place,
                       measure, samples, failures)
            for name, function in EXTRAS.items():
                if name not in options.only:
                    continue
                print(f"Beside the rounds: {name}", file=sys.stderr, flush=True)
                try:
                    extras[name] = function(place, measure, options.rounds)
                except CheckFailed as problem:
                    failures.append(f"{name}: {problem}")
        except KeyboardInterrupt:
            failures.append("interrupted")
    return samples, extras, failures, absent


def write_results(options, load, samples, extras, failures, absent):
    """Writes the three files; returns the Markdown and the targets."""
    measured = rows(CLIENTS, samples)
    reference = next((row.rate for row in measured if row.key == "bare loop"), None)
    goals = targets(samples, extras)
    here = machine.describe()
    here["load_before"] = load
    took = (f"{options.pages:,} pages of {PAGE_BYTES:,} bytes, 16 in flight, medians of "
            f"{options.rounds} interleaved rounds; {time.strftime('%Y-%m-%d')}.")
    text = "\n\n".join(part for part in (
        f"{took} Machine: {machine.sentence(here)}."
        + (f" It was busy with other work (load {load:.1f}): the figures are rough." if load > 1
           else ""),
        "Left out: " + ", ".join(absent) + "." if absent else "",
        client_part(measured, reference),
        tables.extras_list(extras),
        tables.extras_tables(extras),
        tables.target_table(told(goals, options.only == NAMES)),
        "**Checks failed:**\n\n" + "\n".join("- " + one for one in failures) if failures else "",
    ) if part) + "\n"
    picture = chart.svg(measured, [
        took, f"{here['cores']} cores, shared by client and server. Thin lines: the slowest and "
              "the fastest round. Slow clients had fewer pages."])
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "results.md").write_text(text)
    (options.out / "results.svg").write_text(picture)
    (options.out / "results.json").write_text(json.dumps({
        "machine": here, "pages": options.pages, "rounds": options.rounds, "absent": absent,
        "failures": failures, "extras": extras,
        "samples": {key: [one.as_dict() for one in taken] for key, taken in samples.items()},
        "targets": [{"number": one.number, "text": one.text, "bound": one.bound,
                     "measured": one.measured, "held": one.held} for one in goals],
    }, indent=1) + "\n")
    if options.docs:
        docs.rewrite(ROOT / "docs", text, picture)
    return text, goals


def client_part(measured, reference):
    return tables.client_table(measured, reference) if measured else ""


def stop(*_):
    raise KeyboardInterrupt


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    if options.docs and (options.only != NAMES or options.pages != 20_000):
        sys.exit("peers: --docs wants the whole run")
    if not options.no_install:
        subprocess.run([HERE / "install"], check=True)
    forage = built_command(not options.no_install)
    if lacking := not_built(forage, BUILD / "native" / "measure"):
        sys.exit(f"peers: not built: {lacking}; without --no-install it would be")
    load = os.getloadavg()[0]
    if load > 1:
        print(f"peers: the machine is busy (load {load:.1f}): figures will be rough",
              file=sys.stderr)
    work = Path(tempfile.mkdtemp(prefix="forage-peers."))
    try:
        samples, extras, failures, absent = measure_all(options, forage, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    text, goals = write_results(options, load, samples, extras, failures, absent)
    print(text)
    print(f"Written to {options.out}: results.md, results.svg, results.json")
    missed = any(goal.held is False for goal in goals)
    sys.exit(1 if failures or (options.strict and missed) else 0)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("peers: interrupted")
