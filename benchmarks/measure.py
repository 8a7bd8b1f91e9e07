"""Measures several paths to the same thing in turns, so that a busy machine slows all of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from benchmarks.figures import Samples

Settle = Callable[[], Awaitable[None]]
"""What a request leaves to be done outside the measured time."""

Request = Callable[[int], Awaitable[Settle | None]]
"""One measured request; the number tells repeated ones apart."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: rounds, in each of them turns, in each turn a block for every path."""

    connections: int
    rounds: int
    turns: int
    requests_per_connection: int = 1


WARM_UP_TURNS = 3


async def measure(paths: Mapping[str, Request], effort: Effort) -> dict[str, list[Samples]]:
    """Return one `Samples` a round for each path."""
    for turn in range(WARM_UP_TURNS):
        for request in paths.values():
            await _run_block(request, effort, turn, Samples())
    rounds: dict[str, list[Samples]] = {name: [] for name in paths}
    for number in range(effort.rounds):
        for samples in rounds.values():
            samples.append(Samples())
        for turn in range(effort.turns):
            block_number = WARM_UP_TURNS + number * effort.turns + turn
            for name in _rotate(list(paths), turn):
                await _run_block(paths[name], effort, block_number, rounds[name][-1])
    return rounds


def _rotate(names: list[str], turn: int) -> list[str]:
    place = turn % len(names)
    return names[place:] + names[:place]


async def _run_block(request: Request, effort: Effort, block: int, samples: Samples) -> None:
    """Keep all connections busy with this path alone, then settle what it left."""
    width = effort.connections * effort.requests_per_connection

    async def keep_busy(connection: int) -> list[Settle | None]:
        left = []
        for number in range(connection, width, effort.connections):
            started = time.perf_counter()
            left.append(await request(block * width + number))
            samples.latencies.append(time.perf_counter() - started)
        return left

    started = time.perf_counter()
    left = await asyncio.gather(*map(keep_busy, range(effort.connections)))
    samples.elapsed += time.perf_counter() - started
    await asyncio.gather(*(settle() for settles in left for settle in settles if settle))
