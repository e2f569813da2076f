import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.leniency import DEALT_ALIKE, LEAST_REVIEWERS, Decided, leniency_of


def decisions(count, leniency, seed, by_lot=True):
    """Cases of known chance, dealt to reviewers whose leniency, in logits, is added."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(-0.8, 1.0, count)
    reviewer = rng.integers(0, len(leniency), count)
    if not by_lot:
        reviewer = np.argsort(np.argsort(logit + rng.normal(0, 1, count))) * len(leniency) // count
    chance = 1 / (1 + np.exp(-(logit + leniency[reviewer])))
    outcome = (rng.random(count) < chance).astype(int)
    names = pd.Series([f"R{one:02}" for one in reviewer], dtype=object)
    pool = pd.Series(["en"] * count, dtype=object)
    return Decided(names, outcome, 1 / (1 + np.exp(-logit)), pool)


@pytest.fixture(scope="module")
def differing():
    leniency = np.random.default_rng(0).normal(0, 0.7, 24)
    return leniency_of(decisions(8_000, leniency, 1), decisions(4_000, leniency, 2))


def test_strict_and_lenient_are_told_apart_on_later_cases(differing):
    strict, lenient = differing.strict, differing.lenient
    assert strict.adjusted < lenient.adjusted
    assert differing.hangs_on.low > 0
    assert strict.reviewers == lenient.reviewers == 8
    assert differing.spread == pytest.approx(0.7 * 0.17, rel=0.4)
    assert differing.spread_p < 1e-6
    assert differing.dealt_p > DEALT_ALIKE
    assert differing.by_lot
    assert differing.differs
    assert json.dumps(differing.as_dict(), allow_nan=False)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_the_ends_lie_around_the_share_of_all_where_reviewers_differ(seed):
    leniency = np.linspace(-1, 1, 12)
    later = decisions(3_000, leniency, seed + 1)
    found = leniency_of(decisions(3_000, leniency, seed), later)
    assert found.strict.adjusted < later.outcome.mean() < found.lenient.adjusted


def test_where_all_are_alike_nothing_is_made_of_chance():
    """Ranked on the very decisions that are compared, chance alone would seem leniency."""
    alike = np.zeros(24)
    found = [
        leniency_of(decisions(2_000, alike, seed), decisions(2_000, alike, 100 + seed))
        for seed in range(20)
    ]
    apart = [one.lenient.adjusted - one.strict.adjusted for one in found]
    assert abs(np.mean(apart)) < 0.015
    assert min(apart) < 0
    assert all(0 <= one.hangs_on.low <= one.hangs_on.value <= 1 for one in found)
    assert np.mean([one.spread_p < 0.05 for one in found]) <= 0.25
    assert np.mean([one.hangs_on.low > 0 for one in found]) <= 0.25
    same = decisions(2_000, alike, 0)
    assert leniency_of(same, same).hangs_on.value > 0.04


def test_a_model_that_is_off_by_the_same_for_all_makes_no_difference_between_them():
    alike = np.zeros(20)
    earlier, later = decisions(4_000, alike, 3), decisions(4_000, alike, 4)
    off = Decided(later.reviewer, later.outcome, later.expected * 0.7, later.pool)
    assert leniency_of(earlier, off).spread_p > 0.01


def test_cases_that_are_not_dealt_by_lot_are_told():
    leniency = np.linspace(-0.5, 0.5, 12)
    earlier = decisions(3_000, leniency, 0, by_lot=False)
    found = leniency_of(earlier, decisions(3_000, leniency, 1, by_lot=False))
    assert found.dealt_p < DEALT_ALIKE
    assert found.by_lot is False


def test_with_few_reviewers_it_says_why_nothing_is_told():
    few = np.zeros(LEAST_REVIEWERS - 1)
    found = leniency_of(decisions(1_000, few, 0), decisions(1_000, few, 1))
    assert found.strict is found.lenient is found.hangs_on is None
    assert not found.differs
    assert f"{LEAST_REVIEWERS - 1} reviewers" in found.reason
    nobody = decisions(1_000, few, 0)
    unknown = Decided(
        pd.Series([None] * 1_000, dtype=object), nobody.outcome, nobody.expected, nobody.pool
    )
    assert leniency_of(unknown, unknown).reviewers == 0


def test_a_model_that_says_the_same_of_all_cannot_tell_how_they_are_dealt():
    later = decisions(2_000, np.linspace(-1, 1, 12), 0)
    flat = Decided(later.reviewer, later.outcome, np.full(2_000, 0.3), later.pool)
    found = leniency_of(later, flat)
    assert found.dealt_p is None
    assert found.by_lot is None
    assert found.strict.auc.value == pytest.approx(0.5)


@pytest.mark.parametrize("reviewers", [6, 9])
def test_few_reviewers_who_are_alike_are_seldom_said_to_differ(reviewers):
    """Two or three people at an end are few: normal quantiles would be wrong in one of ten."""
    alike = np.zeros(reviewers)
    found = [
        leniency_of(
            decisions(90 * reviewers, alike, seed), decisions(60 * reviewers, alike, seed + 5_000)
        )
        for seed in range(1_000, 1_150)
    ]
    assert len(found) == 150
    assert sum(one.hangs_on.low > 0 for one in found) <= 8


@pytest.mark.parametrize("reviewers", [6, 12])
def test_the_bounds_hold_the_difference_that_is_there(reviewers):
    leniency, held = np.linspace(-0.8, 0.8, reviewers), 0
    logit = np.random.default_rng(0).normal(-0.8, 1.0, 200_000)
    chance = [(1 / (1 + np.exp(-(logit + one)))).mean() for one in leniency]
    third = reviewers // 3
    true = np.mean(chance[-third:]) - np.mean(chance[:third])
    for seed in range(60):
        earlier = decisions(2_000 * third, leniency, seed)
        found = leniency_of(earlier, decisions(300 * third, leniency, 1_000 + seed))
        held += found.hangs_on.low <= true <= found.hangs_on.high
    assert held >= 53


def test_where_nobody_differs_from_their_end_nothing_is_sure():
    names = pd.Series(np.repeat([f"R{one}" for one in range(6)], 60), dtype=object)
    pool = pd.Series(["en"] * 360, dtype=object)
    outcome = np.tile(np.arange(60) % 3 == 0, 6).astype(int)
    same = Decided(names, outcome, np.full(360, 1 / 3), pool)
    found = leniency_of(same, same)
    assert (found.hangs_on.low, found.hangs_on.value, found.hangs_on.high) == (0, 0, 1)
