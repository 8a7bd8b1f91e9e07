"""Percentiles, summaries and ratios."""

import pytest

from benchmarks.figures import Samples, compare, percentile, summarise


class TestPercentile:
    def test_percentile_of_hundred_and_one_values_is_that_value(self) -> None:
        assert percentile(range(101), 95) == 95

    def test_percentile_between_two_values_is_interpolated(self) -> None:
        assert percentile([10.0, 20.0], 25) == 12.5

    def test_percentile_does_not_depend_on_order(self) -> None:
        assert percentile([3, 1, 2], 50) == 2

    def test_percentile_of_one_value_is_that_value(self) -> None:
        assert percentile([7.0], 95) == 7.0

    def test_percentile_of_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no values"):
            percentile([], 50)


def test_summarise_puts_rounds_together() -> None:
    figure = summarise([Samples([0.010, 0.030], elapsed=0.040), Samples([0.020], elapsed=0.020)])

    assert figure.requests == 3
    assert figure.p50_ms == pytest.approx(20)
    assert figure.p95_ms == pytest.approx(29)
    assert figure.requests_per_second == pytest.approx(50)


class TestCompare:
    def test_compare_takes_the_middle_of_the_rounds(self) -> None:
        baseline = [Samples([1.0]), Samples([1.0]), Samples([1.0])]
        ratio = compare([Samples([1.1]), Samples([9.0]), Samples([1.2])], baseline)

        assert (ratio.value, ratio.lowest, ratio.highest) == (1.2, 1.1, 9.0)

    def test_compare_is_not_moved_by_a_round_that_was_slow_for_both(self) -> None:
        slow_round = compare([Samples([1.2]), Samples([12.0])], [Samples([1.0]), Samples([10.0])])

        assert slow_round.value == pytest.approx(1.2)
