import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.priority import ESCALATION, TIERS, aged, due, harm, tier_of

CHANCE = st.floats(0, 1)
STAKE = st.floats(0, 1e15)
USUAL = st.just(0.0) | st.floats(0.01, 1e9)
HOURS = st.floats(0, 1e5)


def one(value):
    return np.array([value])


def harm_of(overturned, escalation, stake, usual):
    return float(harm(one(overturned), one(escalation), one(stake), usual)[0])


@given(CHANCE, CHANCE, CHANCE, STAKE, USUAL)
def test_harm_grows_with_either_chance(low, high, other, stake, usual):
    low, high = sorted((low, high))
    assert harm_of(low, other, stake, usual) <= harm_of(high, other, stake, usual)
    assert harm_of(other, low, stake, usual) <= harm_of(other, high, stake, usual)


@given(CHANCE, CHANCE, STAKE, STAKE, USUAL)
def test_harm_grows_with_the_stake_and_is_never_negative(overturned, escalation, low, high, usual):
    low, high = sorted((low, high))
    less, more = (harm_of(overturned, escalation, stake, usual) for stake in (low, high))
    assert 0 <= less <= more
    assert np.isfinite(more)


@given(CHANCE, CHANCE, USUAL)
def test_an_unknown_stake_counts_as_a_usual_one(overturned, escalation, usual):
    unknown = harm_of(overturned, escalation, float("nan"), usual)
    assert unknown == harm_of(overturned, escalation, usual, usual)
    assert unknown == pytest.approx(overturned + ESCALATION * escalation)


def test_a_tenfold_stake_is_not_tenfold_harm():
    assert harm_of(1, 0, 1_000, 100) == pytest.approx(np.log1p(1_000) / np.log1p(100))
    assert harm_of(1, 0, 0, 100) == 0


@given(st.floats(0, 50), HOURS, HOURS, st.sampled_from([hours for _, _, hours in TIERS]))
def test_waiting_only_raises_a_priority(averted, early, late, allowed):
    early, late = sorted((early, late))
    before, after = (float(aged(one(averted), one(w), one(allowed))[0]) for w in (early, late))
    assert averted <= before <= after


@given(st.floats(0, 50), st.sampled_from(TIERS), st.sampled_from(TIERS))
def test_no_case_starves_whatever_comes_after_it(newest, tier, other):
    """A case of no expected harm overtakes any fresh one in proportion to what it was allowed."""
    waited = (newest + 1) * tier[2]
    old = aged(one(0.0), one(waited), one(tier[2]))
    fresh = aged(one(newest), one(0.0), one(other[2]))
    assert old[0] > fresh[0]


def test_a_case_filed_in_the_future_is_not_pushed_back():
    assert aged(one(1.0), one(-5.0), one(8.0))[0] == 1.0


@given(st.lists(CHANCE, max_size=20))
def test_the_riskier_the_case_the_higher_its_tier(chances):
    ordered = np.array(sorted(chances))
    tiers = tier_of(ordered)
    assert (np.diff(tiers) <= 0).all()
    for chance, place in zip(ordered, tiers, strict=True):
        assert chance >= TIERS[place][1]
        assert place == 0 or chance < TIERS[place - 1][1]


def test_each_bound_belongs_to_its_own_tier():
    bounds = np.array([bound for _, bound, _ in TIERS])
    assert tier_of(bounds).tolist() == list(range(len(TIERS)))


def test_a_higher_tier_is_due_sooner():
    hours = [hours for _, _, hours in TIERS]
    assert hours == sorted(hours)
    assert TIERS[-1][1] == 0


def test_a_case_is_due_its_tiers_hours_after_its_filing():
    filed = pd.Series(pd.to_datetime(["2025-01-01T00:00Z", "2025-06-30T23:30Z"]), index=[5, 3])
    by = due(filed, np.array([3, 1]))
    assert by.tolist() == pd.to_datetime(["2025-01-04T00:00Z", "2025-07-01T07:30Z"]).tolist()
    assert len(due(filed[:0], np.array([], dtype=np.int64))) == 0
