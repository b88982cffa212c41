"""What the figures were taken on."""

import json
import os
import platform
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ROOT / "benchmarks/peers/package.json"


def first_line(*command):
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return ""
    return ((result.stdout or result.stderr).strip().splitlines() or [""])[0]


def package_version(package):
    """Without the epoch."""
    return first_line("dpkg-query", "-W", "-f", "${Version}", package).split(":")[-1]


def node_version(package):
    with open(PACKAGES, encoding="utf-8") as packages:
        return json.load(packages)["dependencies"][package]


def forage_build():
    """The commit, and what it is compiled with."""
    commit = first_line("git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD")
    dirty = first_line("git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit + ("+" if dirty else ""), "compiler": first_line("c++", "--version"),
            "preset": "release"}


def cpu_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            return re.search(r"^model name\s*: (.*)$", info.read(), re.M).group(1)
    except (OSError, AttributeError):
        return platform.machine()


def versions():
    """Of the servers and the clients, as they name themselves."""
    found = {
        "nginx": first_line("nginx", "-v"), "redis": first_line("redis-server", "--version"),
        "curl": first_line("curl", "--version"), "wget2": first_line("wget2", "--version"),
        "aria2": first_line("aria2c", "--version"), "node": first_line("node", "--version"),
        "go": first_line("go", "version"), "python": first_line("/usr/bin/python3", "--version"),
        "wrk": first_line("wrk", "--version"), "Scrapy": package_version("python3-scrapy"),
        "requests-cache": package_version("python3-requests-cache"),
        "undici": node_version("undici"), "got": node_version("got"),
        "RocksDB": package_version("librocksdb-dev"), "LevelDB": package_version("libleveldb-dev"),
    }
    return {name: match.group(0) for name, text in found.items()
            if (match := re.search(r"\d+\.\d+(\.\d+)*", text))}


def describe():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cores": os.cpu_count(), "cpu": cpu_model(), "memory_gib": round(memory),
            "kernel": platform.release().split("-")[0], "forage": forage_build(),
            "versions": versions()}


def sentence(machine):
    names = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    build = machine["forage"]
    return (f"{machine['cores']} cores of {machine['cpu']}, {machine['memory_gib']} GiB, Linux "
            f"{machine['kernel']}; Forage at {build['commit']}, preset {build['preset']}, "
            f"{build['compiler']}; {names}")
