"""The interval of an estimate holds what it promises (rules §7.5)."""

import random

import pytest

from deposits.eta import interval


def test_eight_of_ten_later_cases_fall_into_the_interval() -> None:
    """Synthetic lognormal history, many of them: coverage over all is what is promised."""
    draw = random.Random(5)
    hits = tries = 0
    for _ in range(2000):
        history = [draw.lognormvariate(1.5, 0.6) for _ in range(39)]
        found = interval(history)
        assert found is not None
        hits += found[0] <= draw.lognormvariate(1.5, 0.6) <= found[1]
        tries += 1
    assert hits / tries == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(("count", "told"), [(0, False), (8, False), (9, True)])
def test_too_few_cases_give_no_interval(count: int, told: bool) -> None:
    assert (interval([float(n) for n in range(count)]) is not None) is told
