"""A fake model in a process of its own: so many words, one at each beat.

Prints its address and ends with its standard input.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.openai_server import FakeOpenAI, Pause


def main() -> None:
    """Serve until the standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paced_model", description=__doc__)
    parser.add_argument("--words", type=int, required=True)
    parser.add_argument("--beat-seconds", type=float, default=1.0, help="default: %(default)s")
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.words, arguments.beat_seconds))


def words_of(count: int) -> str:
    """Return the whole text of an answer of so many words."""
    return "".join(f"word{number} " for number in range(count))


@contextmanager
def paced_model(words: int, beat_seconds: float) -> Iterator[str]:
    """Start the model beside this process; gives its address.

    Raises:
        RuntimeError: It did not start.
    """
    with subprocess.Popen(  # noqa: S603 our own module, with numbers
        [
            *(sys.executable, "-m", "benchmarks.paced_model"),
            *("--words", str(words), "--beat-seconds", str(beat_seconds)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the model was started without pipes")
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError("the model did not start")
        yield address
        process.stdin.close()


async def _serve(words: int, beat_seconds: float) -> None:
    async with FakeOpenAI() as model:
        first, *others = [f"word{number} " for number in range(words)]
        beats = [step for word in others for step in (Pause(beat_seconds), word)]
        model.script(first, *beats)
        print(model.base_url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    main()
