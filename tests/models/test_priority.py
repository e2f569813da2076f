import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.priority import ESCALATION, TIERS, TURNS, due, harm, in_turns, next_of, tier_of

CHANCE = st.floats(0, 1)
STAKE = st.floats(0, 1e15)
USUAL = st.just(0.0) | st.floats(0.01, 1e9)
LINES = st.lists(
    st.tuples(st.floats(0, 10) | st.just(float("nan")), st.floats(0, 1e5)), min_size=1, max_size=30
)
REVIEWED = st.integers(0, 10**9)


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


def arrays(line):
    return np.array([averted for averted, _ in line]), np.array([waited for _, waited in line])


@given(LINES, REVIEWED)
def test_a_turn_goes_to_the_longest_wait_and_the_others_to_most_harm(line, reviewed):
    averted, waited = arrays(line)
    place = next_of(averted, waited, reviewed)
    if reviewed % TURNS == TURNS - 1:
        assert waited[place] == waited.max()
    elif np.isfinite(averted).any():
        assert averted[place] == np.nanmax(averted)
        alike = averted == averted[place]
        assert waited[place] == waited[alike].max()
    else:
        assert waited[place] == waited.max()


@given(LINES, REVIEWED)
def test_the_order_is_that_of_the_choices_one_after_another(line, reviewed):
    averted, waited = arrays(line)
    left, chosen = list(range(len(line))), []
    while left:
        place = next_of(averted[left], waited[left], reviewed + len(chosen))
        chosen.append(left.pop(place))
    assert in_turns(averted, waited, reviewed).tolist() == chosen


def test_of_nothing_that_waits_there_is_an_empty_order():
    nothing = np.zeros(0)
    assert in_turns(nothing, nothing, 3).tolist() == []


@given(st.lists(st.floats(0, 10), min_size=1, max_size=15), st.integers(0, 20), REVIEWED)
def test_no_case_waits_longer_than_its_turns_whatever_comes_after_it(ahead, newer, reviewed):
    """A case of no harm, with some before it, while worse cases come in at every review."""
    averted = [*ahead, 0.0]
    filed = [float(place) for place in range(len(averted))]
    last, reviews = len(ahead), 0
    left = list(range(len(averted)))
    while last in left:
        for _ in range(newer):
            averted.append(100.0)
            filed.append(float(len(filed)))
            left.append(len(filed) - 1)
        waited = 1e6 - np.array(filed)[left]
        left.pop(next_of(np.array(averted)[left], waited, reviewed + reviews))
        reviews += 1
    assert reviews <= TURNS * (len(ahead) + 1)


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
