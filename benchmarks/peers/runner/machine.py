"""What the figures were taken on."""

import os
import platform
import re
import subprocess


def first_line(*command):
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return ""
    return ((result.stdout or result.stderr).strip().splitlines() or [""])[0]


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
    }
    return {name: match.group(0) for name, text in found.items()
            if (match := re.search(r"\d+\.\d+(\.\d+)*", text))}


def describe():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cores": os.cpu_count(), "cpu": cpu_model(), "memory_gib": round(memory),
            "kernel": platform.release().split("-")[0], "versions": versions()}


def sentence(machine):
    names = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (f"{machine['cores']} cores of {machine['cpu']}, {machine['memory_gib']} GiB, Linux "
            f"{machine['kernel']}; {names}")
