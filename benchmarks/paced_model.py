"""A fake model that says so many words, one at each beat."""

import argparse
import asyncio

from benchmarks.model_process import serve_model
from tests.fakes.openai_server import FakeOpenAI, Pause


def main() -> None:
    """Serve until the standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paced_model", description=__doc__)
    parser.add_argument("--words", type=int, required=True)
    parser.add_argument("--beat-seconds", type=float, default=1.0, help="default: %(default)s")
    arguments = parser.parse_args()
    first, *others = list_words(arguments.words)
    model = FakeOpenAI()
    model.script(first, *(step for w in others for step in (Pause(arguments.beat_seconds), w)))
    asyncio.run(serve_model(model))


def list_words(count: int) -> list[str]:
    """Return an answer of so many words."""
    return [f"word{number} " for number in range(count)]


if __name__ == "__main__":
    main()
