"""Moments as answers spell them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from serving.answers import told


@given(moment=st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))
def test_a_moment_reads_back_and_says_that_it_is_utc(moment):
    assert told(moment).endswith("Z")
    assert datetime.fromisoformat(told(moment)) == moment
