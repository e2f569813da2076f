"""The rows of the list of themes: which change is more than chance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.themes import Driver
from serving.dashboard.theme_list_rows import Compared, cause_of

COUNTS = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("now", "before", "risen"),
    [(3, 1, False), (13, 12, False), (67, 37, True), (6, 0, True), (5, 0, False), (0, 0, False)],
)
def test_a_rise_is_told_where_equal_counts_would_hardly_differ_so(now, before, risen):
    assert Compared(now, before).risen is risen


@given(COUNTS, COUNTS)
def test_a_larger_count_has_risen_if_a_smaller_one_has_and_a_fall_never(now, before):
    assert Compared(now + 1, before).risen >= Compared(now, before).risen
    assert not (now <= before and Compared(now, before).risen)


def test_days_that_are_not_known_have_not_risen():
    assert not Compared(9, None).risen


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ([], None),
        (["language"], "language"),
        (["language", "market", "policy"], "market"),
        (["policy", "language"], "policy"),
    ],
)
def test_a_language_is_told_as_the_cause_only_where_nothing_else_is(fields, told):
    drivers = [Driver(one, "x", 9, 9, 1.0, 2.0, 1.0) for one in fields]
    found = cause_of(drivers)
    assert (found and found.field) == told
