"""From samples to figures: percentiles, requests per second, and ratios."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Samples:
    """What one round measured of one path."""

    latencies: list[float] = field(default_factory=list)
    """Seconds, one for each request."""
    elapsed: float = 0.0
    """Seconds the blocks of requests took altogether."""

    @property
    def median(self) -> float:
        """The middle latency in seconds."""
        return statistics.median(self.latencies)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table."""

    requests: int
    p50_ms: float
    p95_ms: float
    requests_per_second: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long as another a path takes: the middle round and the range."""

    value: float
    lowest: float
    highest: float


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which this share lies, interpolated between neighbours.

    Raises:
        ValueError: There are no values.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def summarise(rounds: Sequence[Samples]) -> Figure:
    """Put the rounds of one path together."""
    latencies = [latency for samples in rounds for latency in samples.latencies]
    return Figure(
        requests=len(latencies),
        p50_ms=percentile(latencies, 50) * 1000,
        p95_ms=percentile(latencies, 95) * 1000,
        requests_per_second=len(latencies) / sum(samples.elapsed for samples in rounds),
    )


def compare(rounds: Sequence[Samples], baseline: Sequence[Samples]) -> Ratio:
    """Divide median by median, round by round, so that a slow minute falls on both alike."""
    ratios = [
        samples.median / floor.median for samples, floor in zip(rounds, baseline, strict=True)
    ]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))
