"""The figures as plain tables and as JSON."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import psycopg

from benchmarks.figures import Figure, Ratio

TABLE_HEAD = f"{'':34}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}{'req/s':>9}"


@dataclass(frozen=True, slots=True)
class RatioLine:
    """A ratio with what it divides and what it should be."""

    name: str
    ratio: Ratio
    expected: str


@dataclass(frozen=True, slots=True)
class Table:
    """Paths measured in turns, and what follows from them."""

    title: str
    connections: int
    figures: dict[str, Figure]
    ratios: list[RatioLine]

    def render(self) -> str:
        """Return the table as text."""
        plural = "" if self.connections == 1 else "s"
        lines = [f"{self.title}, {self.connections} connection{plural}", TABLE_HEAD]
        for name, figure in self.figures.items():
            lines.append(
                f"  {name:32}{figure.requests:9}{figure.p50_ms:9.2f}{figure.p95_ms:9.2f}"
                f"{figure.requests_per_second:9.0f}"
            )
        for line in self.ratios:
            ratio = line.ratio
            lines.append(
                f"  {line.name}: {ratio.value:.2f}"
                f"  (rounds {ratio.lowest:.2f} to {ratio.highest:.2f}; {line.expected})"
            )
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a table of cases: the p50 of each path in milliseconds, and ratios of medians."""

    name: str
    p50_ms: dict[str, float]
    ratios: dict[str, Ratio]


@dataclass(frozen=True, slots=True)
class CaseTable:
    """Many cases along the same paths, one line each, all measured in turns."""

    title: str
    cases: list[Case]

    def render(self) -> str:
        """Return the table as text."""
        first = self.cases[0]
        lines = [self.title, f"{'p50 in ms, then ratios':34}{_heads([*first.p50_ms])}"]
        lines[1] += f"  |{_heads([*first.ratios])}"
        for case in self.cases:
            times = "".join(f"{value:12.2f}" for value in case.p50_ms.values())
            ratios = "".join(f"{ratio.value:12.2f}" for ratio in case.ratios.values())
            lines.append(f"  {case.name:32}{times}  |{ratios}")
        return "\n".join(lines)


def _heads(names: Sequence[str]) -> str:
    return "".join(f"{name:>12}" for name in names)


def describe_machine(db_url: str) -> dict[str, str]:
    """Name what the figures depend on."""
    with psycopg.connect(db_url) as database:
        settings = {
            name: database.execute("select current_setting(%s)", [name]).fetchone()
            for name in ("server_version", "shared_buffers", "fsync", "synchronous_commit")
        }
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, shared by server and client",
        "python": platform.python_version(),
        **{f"postgres {name}": str(row[0]) for name, row in settings.items() if row},
    }


def to_json(machine: dict[str, str], tables: Sequence[Table | CaseTable]) -> dict[str, object]:
    """Return everything that was printed, for programs."""
    return {"machine": machine, "tables": [asdict(table) for table in tables]}
