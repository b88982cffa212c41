"""One measured run of one command, and the checks that it delivered what it was asked for."""

import json
import subprocess
from dataclasses import dataclass


class CheckFailed(Exception):
    """A client that did not deliver every page, or asked the server more or less than it should."""


@dataclass
class Usage:
    """What a process took: seconds, KiB."""

    wall: float
    cpu: float
    peak_kib: int


@dataclass
class Delivered:
    """Pages of status 200, bytes of their bodies, and how many the cache had; None: not told."""

    ok: int
    bytes: int | None = None
    hits: int | None = None
    seconds: float | None = None  # within the process, for what is not measured as a whole


class Measure:
    """Runs commands under the small program that measures them."""

    def __init__(self, program, folder, environment):
        self.program = program
        self.environment = environment
        self.result = folder / "measure.json"
        self.stdout = folder / "stdout"
        self.stderr = folder / "stderr"

    def run(self, command, limit=180, expect=0):
        """Returns the Usage and the standard output. Throws CheckFailed on another exit code."""
        self.result.unlink(missing_ok=True)
        command = [str(part) for part in command]
        with open(self.stdout, "wb") as out, open(self.stderr, "wb") as err:
            process = subprocess.Popen([self.program, self.result, str(limit), *command],
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       env=self.environment)
            try:
                process.wait(limit + 30)
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
        output = self.stdout.read_text(errors="replace")
        if not self.result.exists():
            raise CheckFailed(f"{command[0]} was not measured: {self.problems()}")
        result = json.loads(self.result.read_text())
        if result["killed"]:
            raise CheckFailed(f"{command[0]} took more than {limit} s")
        if result["exit"] != expect:
            raise CheckFailed(f"{command[0]}: exit code {result['exit']}: {self.problems()}")
        return Usage(result["wall"], result["user"] + result["sys"], result["peak_kib"]), output

    def problems(self):
        return self.stderr.read_text(errors="replace")[-500:].strip()


def check(what, got, wanted):
    if got != wanted:
        raise CheckFailed(f"{what}: {got}, wanted {wanted}")
