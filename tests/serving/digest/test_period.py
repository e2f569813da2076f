"""The days of a digest."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import InvalidDate
from serving.digest.period import Period, period_of, read_day

TODAY = date(2025, 3, 20)
NEWEST = date(2025, 3, 9)


@given(st.dates(date(1990, 1, 1), date(2099, 1, 1)), st.integers(0, 400))
def test_the_days_before_are_as_many_and_end_where_the_period_starts(first, more):
    period = Period(first, date.fromordinal(first.toordinal() + more))
    assert period.days == period.before.days == more + 1
    assert period.before.end == period.start
    assert first in period
    assert period.before.until not in period
    assert (period.end - period.start).days == period.days


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2025-03-03", None, ("2025-03-03", "2025-03-09")),
        ("2025-03-12", None, ("2025-03-12", "2025-03-12")),
        ("2025-03-03", "2025-03-05", ("2025-03-03", "2025-03-05")),
        ("2025-03-20", "2025-03-20", ("2025-03-20", "2025-03-20")),
    ],
)
def test_the_last_day_is_that_of_the_newest_discovery_unless_it_is_named(since, until, expected):
    last = None if until is None else read_day(until)
    period = period_of(read_day(since), last, NEWEST, TODAY)
    assert (str(period.since), str(period.until)) == expected


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        ("2025-03-21", None, "2025-03-21 is in the future"),
        ("2025-03-03", "2025-03-21", "2025-03-21 is in the future"),
        ("2025-03-03", "2025-03-02", "2025-03-02, is before the first, 2025-03-03"),
        ("0001-01-02", None, "too early"),
    ],
)
def test_impossible_days_are_refused(since, until, message):
    last = None if until is None else read_day(until)
    with pytest.raises(InvalidDate, match=message):
        period_of(read_day(since), last, NEWEST, TODAY)


@pytest.mark.parametrize(
    "text", ["", "monday", "2025-02-30", "03/03/2025", "2025-03-03T00:00", "x" * 500]
)
def test_what_is_no_day_is_refused_in_one_line(text):
    with pytest.raises(InvalidDate) as refused:
        read_day(text)
    assert "expected a day, UTC, such as 2025-03-03" in str(refused.value)
    assert len(str(refused.value)) < 150
