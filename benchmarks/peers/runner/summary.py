"""Medians, spreads and ratios of the samples."""

from dataclasses import dataclass
from statistics import median


@dataclass
class Row:
    """A step over all rounds."""

    key: str
    label: str
    kind: str
    pages: int
    rate: float
    least: float
    most: float
    cpu_us: float | None
    peak_mib: float


def rows(clients, samples):
    result = []
    for client in clients:
        for step in client.steps:
            taken = samples.get(step.key)
            if not taken:
                continue
            rates = [one.rate for one in taken]
            cpu = [one.cpu_us for one in taken if one.cpu_us is not None]
            result.append(Row(step.key, step.label or client.label, step.kind,
                              0 if step.counts_itself else taken[0].pages, median(rates),
                              min(rates), max(rates), median(cpu) if cpu else None,
                              median(one.peak_mib for one in taken)))
    return result


def ratio(samples, one, other, what="rate"):
    """The median over the rounds of `one` against `other`; None without a round of both."""
    ours = {sample.round: getattr(sample, what) for sample in samples.get(one, [])}
    theirs = {sample.round: getattr(sample, what) for sample in samples.get(other, [])}
    both = ours.keys() & theirs.keys()
    return median(ours[number] / theirs[number] for number in both) if both else None
