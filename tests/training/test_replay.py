"""Days gone by, discovered in their order."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import InvalidDate
from training.replay import days_between

DAY = date(2025, 3, 28)


@given(st.integers(0, 400), st.integers(1, 60))
def test_the_days_are_so_far_apart_and_end_with_the_last(length, every):
    since = DAY - timedelta(days=length)
    days = days_between(since, DAY, every)
    assert days[-1] == DAY
    assert since <= days[0] < since + timedelta(days=every)
    assert {(b - a).days for a, b in pairwise(days)} <= {every}


def test_days_that_run_backwards_are_refused():
    with pytest.raises(InvalidDate, match="2025-03-29 is later than 2025-03-28"):
        days_between(DAY + timedelta(days=1), DAY, 7)
