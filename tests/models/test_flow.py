"""A stream ends before stragglers that come after a silence."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.flow import SILENCE, last_flowing_day

FIRST = date(2025, 1, 1)


def daily(days, count=10, first=0):
    return {FIRST + timedelta(days=first + n): count for n in range(days)}


def on(*places, count=1):
    return {FIRST + timedelta(days=place): count for place in places}


def test_a_stream_of_nothing_has_no_end():
    assert last_flowing_day({}) is None
    assert last_flowing_day({FIRST: 0}) is None


@given(st.dictionaries(st.integers(0, 300), st.integers(0, 50)))
def test_the_end_is_a_day_with_events(counts):
    days = {FIRST + timedelta(days=place): count for place, count in counts.items()}
    end = last_flowing_day(days)
    assert (end is None) == (not any(days.values()))
    assert end is None or days[end] > 0


@given(st.integers(20, 100), st.integers(2, 40), st.integers(SILENCE + 1, 90), st.integers(1, 4))
def test_a_straggler_moves_nothing_until_a_usual_day_has_come(days, usual, silence, stragglers):
    stream = daily(days, usual)
    end = FIRST + timedelta(days=days - 1)
    late = on(*(days + silence + 10 * n for n in range(stragglers)))
    # Each is alone, ten days from the next: they count as soon as a usual day's worth has come.
    taken = stragglers - stragglers % usual
    expected = sorted(late)[taken - 1] if taken else end
    assert last_flowing_day({**stream, **late}) == expected
    assert last_flowing_day({**stream, min(late): 1}) == end
    assert last_flowing_day({**stream, min(late): usual}) == min(late)


def test_stragglers_add_up():
    stream = daily(30)
    assert last_flowing_day({**stream, **on(60, 61, 62, count=3)}) == FIRST + timedelta(days=29)
    whole = {**stream, **on(60, 61, 62, 63, count=3)}
    assert last_flowing_day(whole) == FIRST + timedelta(days=63)


@pytest.mark.parametrize("step", [1, 3, 7, 14, 30])
def test_what_comes_in_lots_goes_on_in_lots(step):
    lots = {FIRST + timedelta(days=step * n): 50 - n for n in range(12)}
    assert last_flowing_day(lots) == max(lots)


def test_holidays_are_no_silence():
    end = FIRST + timedelta(days=29 + SILENCE + 1)
    assert last_flowing_day({**daily(30), end: 1}) == end
