import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.sample.language.dice import BLOCK, Dice

seeds = st.integers(0, 10_000)


@given(seeds, st.integers(-50, 50), st.integers(0, 40))
def test_numbers_lie_between_their_bounds(seed, low, span):
    dice = Dice(np.random.default_rng(seed))
    assert all(low <= dice.number(low, low + span) <= low + span for _ in range(20))


@given(seeds, st.integers(1, 12))
def test_digits_are_as_many_as_asked_for(seed, count):
    digits = Dice(np.random.default_rng(seed)).digits(count)
    assert len(digits) == count
    assert digits.isdigit()


def test_throws_are_uniform_beyond_a_block():
    dice = Dice(np.random.default_rng(1))
    throws = np.array([dice.roll() for _ in range(3 * BLOCK)])
    assert throws.mean() == pytest.approx(0.5, abs=0.01)
    assert len(np.unique(throws)) == len(throws)


def test_picks_and_chances_have_their_shares():
    dice = Dice(np.random.default_rng(2))
    picked = [dice.pick("abc") for _ in range(9_000)]
    assert picked.count("a") / 9_000 == pytest.approx(1 / 3, abs=0.02)
    assert sum(dice.chance(0.2) for _ in range(9_000)) / 9_000 == pytest.approx(0.2, abs=0.02)
