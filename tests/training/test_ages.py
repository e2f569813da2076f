from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from training.ages import hours, seen_at

FIRST = datetime(2025, 1, 1, tzinfo=UTC)


def days(*numbers):
    return pd.Series(pd.to_datetime([FIRST + timedelta(days=day) for day in numbers], utc=True))


def test_the_data_were_seen_at_the_latest_filing_or_decision():
    assert seen_at(days(0, 1), days(2, 3, 3)) == FIRST + timedelta(days=3)
    assert seen_at(days(0, 9), days(2, 3)) == FIRST + timedelta(days=9)
    assert seen_at(days(0, 9), pd.Series([pd.NaT] * 2, dtype="datetime64[ns, UTC]")) == (
        FIRST + timedelta(days=9)
    )


@pytest.mark.parametrize("stragglers", [[365], [365, 365, 400]])
def test_a_few_dated_far_ahead_do_not_move_it(stragglers):
    usual = list(range(28)) * 20
    last = FIRST + timedelta(days=27)
    assert seen_at(days(0), days(*usual, *stragglers)) == last
    assert seen_at(days(*usual, *stragglers), days(5)) == last


def test_decisions_in_a_lot_long_after_the_filings_move_it():
    assert seen_at(days(*range(28)), days(*[90] * 5)) == FIRST + timedelta(days=90)


def test_no_decision_of_the_future_counts():
    ahead = pd.Series([pd.Timestamp.now(UTC) + pd.Timedelta(days=400)] * 5)
    assert seen_at(days(0), ahead) == FIRST
    assert seen_at(ahead, ahead) == ahead[0]  # the clock is behind, or all dates are moved


def test_a_decision_before_its_filing_took_no_time():
    assert hours(days(1, 0) - days(0, 1)).tolist() == [24.0, 0.0]
    assert hours(days(1) - days(0.5)) == pytest.approx([12.0])
