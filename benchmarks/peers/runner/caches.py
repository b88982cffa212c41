"""The memory cache beside those of LevelDB, RocksDB, Poco and a plain map: what benchmarks/caches
prints, as numbers."""

import re
import subprocess

from jobs import bench_program
from measuring import CheckFailed

PROGRAMS = ("cache_peers", "cache_hit_ratio")
LIMIT = 600
# A name, the rate, least, most, processor time, hit ratio, and how ours stands to it: rate, time.
SPEED = re.compile(r"(\S.*?)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)"
                   r"\s+([\d.]+) x\s+([\d.]+) x")
BYTES = re.compile(r"(\S[^;]*?) (-?\d+);")


def speeds(text):
    """By number of threads, then by cache."""
    found, threads = {}, None
    for line in text.splitlines():
        if heading := re.fullmatch(r"(\d+) threads?", line.strip()):
            threads = found.setdefault(int(heading.group(1)), {})
        elif threads is not None and (match := SPEED.fullmatch(line.strip())):
            values = [float(value) for value in match.groups()[1:]]
            threads[match.group(1)] = dict(zip(
                ("mops", "least", "most", "cpu_ns", "hits", "ours_rate", "ours_cpu"), values))
    return found


def entry_bytes(text):
    """What an entry costs beyond itself, by cache."""
    _, _, line = text.partition("for being in the cache:")
    return {name: int(number) for name, number in BYTES.findall(line.splitlines()[0])} if line \
        else {}


def hit_ratios(text):
    """By workload, then by policy."""
    lines = [line for line in text.splitlines() if line.strip()]
    policies = re.split(r"\s{2,}", lines[0].strip())
    found = {}
    for line in lines[1:]:
        *name, rest = re.split(r"\s{2,}", line.strip(), maxsplit=1)
        values = [float(value) for value in rest.split()]
        if name and len(values) == len(policies):
            found[name[0]] = dict(zip(policies, values))
    return found


def printed(program, *arguments):
    result = subprocess.run([program, *map(str, arguments)], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, timeout=LIMIT, check=False)
    if result.returncode != 0:
        raise CheckFailed(f"{program.name}: {result.stderr[-500:]}")
    return result.stdout


def compare(place, _, rounds):
    """Nothing when the programs are not built. They check each answer themselves."""
    peers, ratios = (bench_program(place, f"caches/{name}") for name in PROGRAMS)
    if not peers or not ratios:
        return {}
    text = printed(peers, "--rounds", rounds)
    numbers = {"threads": speeds(text), "entry_bytes": entry_bytes(text),
               "hit_ratios": hit_ratios(printed(ratios))}
    if not all(numbers.values()):
        raise CheckFailed("benchmarks/caches prints what is not understood:\n" + text[-1000:])
    return numbers
