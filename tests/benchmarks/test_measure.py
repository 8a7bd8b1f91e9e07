"""The order in which paths are measured."""

from collections import Counter

from benchmarks.measure import WARM_UP_TURNS, Effort, Request, Settle, measure


class Recorder:
    """Paths that only note that they ran."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def path(self, name: str) -> Request:
        async def request(number: int) -> Settle:
            self.events.append(f"{name} {number}")

            async def settle() -> None:
                self.events.append(f"{name} {number} settled")

            return settle

        return request


async def test_measure_returns_a_sample_for_each_request_but_the_warm_up() -> None:
    recorder = Recorder()
    effort = Effort(connections=2, rounds=3, turns=4, requests_per_connection=5)

    rounds = await measure({"a": recorder.path("a")}, effort)

    assert [len(samples.latencies) for samples in rounds["a"]] == [40, 40, 40]
    assert all(samples.elapsed > 0 for samples in rounds["a"])


async def test_measure_gives_every_request_of_a_path_its_own_number() -> None:
    recorder = Recorder()
    effort = Effort(connections=4, rounds=2, turns=2, requests_per_connection=3)

    await measure({"a": recorder.path("a")}, effort)

    asked = Counter(event for event in recorder.events if "settled" not in event)
    assert set(asked) == {f"a {number}" for number in range((WARM_UP_TURNS + 4) * 12)}
    assert set(asked.values()) == {1}


async def test_measure_begins_each_turn_with_another_path() -> None:
    recorder = Recorder()
    paths = {name: recorder.path(name) for name in "abc"}

    await measure(paths, Effort(connections=1, rounds=1, turns=3))

    asked = [event for event in recorder.events if "settled" not in event][3 * WARM_UP_TURNS :]
    assert [event[0] for event in asked] == list("abcbcacab")


async def test_measure_settles_a_block_before_the_next_one_begins() -> None:
    recorder = Recorder()

    await measure(
        {"a": recorder.path("a"), "b": recorder.path("b")}, Effort(connections=1, rounds=1, turns=1)
    )

    assert recorder.events[:4] == ["a 0", "a 0 settled", "b 0", "b 0 settled"]
