"""Two surprises together, against draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.surveillance.memory import (
    CAP,
    carried,
    joined_tail,
    score_limit,
    surprise,
    tail_of,
)

RANDOM = np.random.default_rng(8)
BEFORE, FREE = RANDOM.normal(size=(2, 400_000))


@pytest.mark.parametrize("correlation", [0.0, 0.4])
@pytest.mark.parametrize("memory", [0.3, 0.6, 1.0])
def test_the_tail_is_that_of_draws(correlation, memory):
    now = correlation * BEFORE + np.sqrt(1 - correlation**2) * FREE
    joined = now + memory * carried(BEFORE)
    for score in (0.5, 2.0, 2.8):
        told = joined_tail(np.array([score]), np.array([correlation]), memory)[0]
        drawn = (joined > score).mean()
        assert abs(told - drawn) < 5 * np.sqrt(drawn / len(joined))


@given(st.floats(0, 0.9), st.floats(0, 1.5), st.floats(1e-6, 0.4))
def test_the_limit_has_the_tail_asked_for(correlation, memory, alpha):
    limit = score_limit(np.array([correlation]), memory, alpha)
    assert joined_tail(limit, np.array([correlation]), memory)[0] == pytest.approx(alpha, rel=1e-5)


def test_without_memory_a_count_stands_alone():
    score = np.array([-1.0, 0.0, 2.5, 6.0])
    assert joined_tail(score, np.zeros(4), 0.0) == pytest.approx(tail_of(score), rel=1e-6)


@given(st.floats(1e-12, 1 - 1e-12))
def test_a_score_and_its_tail_are_inverse(tail):
    assert tail_of(surprise(np.array([tail])))[0] == pytest.approx(tail, rel=1e-8)


def test_no_tail_is_too_small_and_no_carry_too_large():
    assert np.isfinite(surprise(np.array([0.0, 1.0]))).all()
    assert carried(np.array([-3.0, 1.0, 30.0])).tolist() == [0.0, 1.0, CAP]
