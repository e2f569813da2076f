from datetime import UTC, datetime, timedelta
from itertools import chain

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import NoDecidedAppeals, OneOutcomeOnly, TooFewDecisions
from training.split import (
    earlier_and_later,
    folds,
    overturned,
    require_decisions,
    time_slices,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def decided(days, outcomes):
    return pd.DataFrame(
        {
            "appeal_id": [f"a{place}" for place in range(len(days))],
            "submitted_at": [START + timedelta(days=day) for day in days],
            "outcome": ["overturned" if outcome else "upheld" for outcome in outcomes],
        }
    )


def alternating(rows, days=None):
    return decided(days or list(range(rows)), [place % 2 for place in range(rows)])


days = st.lists(st.integers(0, 30), min_size=200, max_size=260)


@given(days, st.floats(0.05, 0.5))
def test_slices_hold_every_appeal_once_and_the_later_ones_judge(filed, share):
    frame = alternating(len(filed), filed)

    slices = time_slices(frame, share)

    together = pd.concat([slices.seen, slices.test])
    assert sorted(together["appeal_id"]) == sorted(frame["appeal_id"])
    assert slices.seen["submitted_at"].max() <= slices.test["submitted_at"].min()
    assert len(slices.test) == round(len(frame) * share)


def test_appeals_of_one_moment_keep_the_order_they_came_in():
    earlier, later = earlier_and_later(alternating(10, [0] * 10), later=0.3)

    assert earlier["appeal_id"].tolist() == [f"a{place}" for place in range(7)]
    assert later["appeal_id"].tolist() == ["a7", "a8", "a9"]


def test_outcomes_are_ones_where_overturned():
    assert overturned(decided([0, 1, 2], [1, 0, 1])).tolist() == [1, 0, 1]


def test_folds_part_the_appeals_with_alike_shares_and_repeat_by_seed():
    frame = alternating(300)

    dealt = list(folds(frame, 10, seed=4))
    inside = [part["appeal_id"].tolist() for _, part in dealt]

    assert sorted(chain(*inside)) == sorted(frame["appeal_id"])
    for outside, part in dealt:
        assert not set(outside["appeal_id"]) & set(part["appeal_id"])
        assert outside["submitted_at"].is_monotonic_increasing
        assert abs(overturned(part).mean() - 0.5) < 0.05
    assert inside == [part["appeal_id"].tolist() for _, part in folds(frame, 10, seed=4)]
    assert inside != [part["appeal_id"].tolist() for _, part in folds(frame, 10, seed=5)]


def test_decisions_made_after_the_test_began_are_counted():
    frame = alternating(300)
    prompt = frame.assign(decided_at=frame["submitted_at"])
    assert time_slices(prompt, 0.1).decided_later == 0
    slow = frame.assign(decided_at=frame["submitted_at"] + timedelta(days=7))
    assert time_slices(slow, 0.1).decided_later == 7  # one a day was filed in the week before


def test_no_decisions_are_refused_with_the_remedy():
    with pytest.raises(NoDecidedAppeals, match=r"expected 200 or more\. Ingest decisions"):
        time_slices(decided([], []), 0.15)


def test_few_decisions_are_refused_with_their_number():
    with pytest.raises(TooFewDecisions, match="199 decisions"):
        time_slices(alternating(199), 0.15)
    require_decisions(alternating(200))


@pytest.mark.parametrize(("outcome", "name"), [(0, "upheld"), (1, "overturned")])
def test_one_outcome_only_is_refused_by_name(outcome, name):
    with pytest.raises(OneOutcomeOnly, match=f"all 300 decisions held only: {name}"):
        time_slices(decided(range(300), [outcome] * 300), 0.15)


def test_earlier_appeals_of_one_outcome_are_refused_by_dates():
    outcomes = np.arange(300) % 2
    outcomes[:255] = 0

    with pytest.raises(OneOutcomeOnly, match="the 255 earlier decisions, 2026-01-01 to 2026-09-12"):
        time_slices(decided(range(300), outcomes), 0.15)
