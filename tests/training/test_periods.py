from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import NoDecidedAppeals, OneOutcomeOnly, TooFewDecisions
from training.periods import FIRST_SHARE, Every, Origin, Skipped, every_of, origins


def decided(rows=1_200, days=360, first="2025-01-01", delay=0.0, seed=0):
    rng = np.random.default_rng(seed)
    filed = pd.Timestamp(first, tz="UTC") + pd.to_timedelta(np.sort(rng.random(rows)) * days, "D")
    return pd.DataFrame(
        {
            "appeal_id": [f"a{place}" for place in range(rows)],
            "submitted_at": filed,
            "decided_at": filed + pd.to_timedelta(rng.exponential(delay, rows), "D"),
            "outcome": np.where(rng.random(rows) < 0.3, "overturned", "upheld"),
        }
    )


@given(
    every=st.sampled_from(list(Every)),
    days=st.integers(40, 1_500),
    delay=st.sampled_from([0.0, 3.0, 60.0]),
    seed=st.integers(0, 20),
)
@settings(max_examples=30)
def test_nothing_teaches_that_was_not_decided_when_the_period_began(every, days, delay, seed):
    frame = decided(800, days, delay=delay, seed=seed)
    try:
        found = list(origins(frame, every))
    except TooFewDecisions:
        assert frame["submitted_at"].dt.year.nunique() == 1
        return
    tested = []
    for one in found:
        if isinstance(one, Skipped):
            assert "at least" in one.reason
            continue
        assert one.seen["decided_at"].max() < one.until
        assert one.until <= one.test["submitted_at"].min()
        assert one.test["submitted_at"].max() < one.ends
        known = (frame["submitted_at"] < one.until) & (frame["decided_at"] < one.until)
        assert len(one.seen) == known.sum()
        assert not set(one.seen["appeal_id"]) & set(one.test["appeal_id"])
        tested += one.test["appeal_id"].tolist()
    assert len(tested) == len(set(tested))


def test_periods_are_calendar_months_and_each_is_tested_once_after_the_first_share():
    found = list(origins(decided(), Every.MONTH))
    assert all(isinstance(one, Origin) for one in found)
    begins = [one.until for one in found]
    assert begins == [datetime(2025, month, 1, tzinfo=UTC) for month in range(5, 13)]
    assert [one.ends for one in found] == [*begins[1:], datetime(2026, 1, 1, tzinfo=UTC)]
    assert begins[0].month - 1 >= FIRST_SHARE * 12
    for one in found:
        assert (one.test["submitted_at"].dt.month == one.until.month).all()


def test_a_first_day_may_be_named_and_what_cannot_be_foreseen_is_told():
    first = datetime(2025, 1, 1, tzinfo=UTC)
    found = list(origins(decided(), Every.MONTH, first))
    assert len(found) == 12
    assert isinstance(found[0], Skipped)
    assert found[0].reason.startswith("0 decided before")
    frame = decided()
    june = frame["submitted_at"].dt.month == 6
    found = list(origins(frame[~june | (frame.index % 10 == 0)], Every.MONTH))
    told = [one for one in found if isinstance(one, Skipped)]
    assert [one.begins.month for one in told] == [6]
    assert "to be foreseen" in told[0].reason


@pytest.mark.parametrize(
    ("rows", "days", "every"),
    [
        (2_000, 180, "month"),
        (4_000, 900, "quarter"),
        (500, 180, "quarter"),
        (19_000, 5_800, "year"),
    ],
)
def test_the_span_and_the_fullness_choose_the_period(rows, days, every):
    assert every_of(decided(rows, days)) == every


def test_what_cannot_teach_is_refused():
    with pytest.raises(TooFewDecisions, match="one year"):
        list(origins(decided(days=100), Every.YEAR))
    with pytest.raises(NoDecidedAppeals):
        list(origins(decided().iloc[:0], Every.MONTH))
    with pytest.raises(OneOutcomeOnly):
        list(origins(decided().assign(outcome="upheld"), Every.MONTH))


def test_appeals_near_midnight_count_to_the_month_in_utc():
    frame = decided()
    moment = datetime(2025, 7, 1, tzinfo=UTC)
    frame.loc[600, ["submitted_at", "decided_at"]] = moment - timedelta(seconds=1)
    frame.loc[601, ["submitted_at", "decided_at"]] = moment
    july = next(one for one in origins(frame, Every.MONTH) if one.until == moment)
    assert "a600" in set(july.seen["appeal_id"])
    assert "a601" in set(july.test["appeal_id"])
