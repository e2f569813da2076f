import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.shifts import ROUND_THE_CLOCK, InvalidShift, Shift

SHIFTS = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda s: s[0] < s[1])
MOMENTS = st.lists(st.floats(0, 5_000), min_size=1, max_size=20)


@given(SHIFTS, MOMENTS)
def test_worked_time_is_told_back_within_the_hours(hours, moments):
    shift, worked = Shift(*hours), np.array(moments)
    clock = shift.clock(worked)
    assert shift.worked(clock) == pytest.approx(worked, abs=1e-6)
    some = worked > 0
    of_day = clock[some] % 24
    inside = (of_day >= shift.begins - 1e-6) & (of_day <= shift.ends + 1e-6)
    assert (inside | np.isclose(of_day % 24, shift.ends % 24, atol=1e-6)).all()


@given(SHIFTS, MOMENTS)
def test_time_is_only_worked_forwards_and_never_faster_than_the_clock(hours, moments):
    clock = np.sort(np.array(moments))
    worked = Shift(*hours).worked(clock)
    steps = np.diff(worked)
    assert (steps >= -1e-9).all()
    assert (steps <= np.diff(clock) + 1e-6).all()


@given(MOMENTS)
def test_round_the_clock_is_the_clock(moments):
    clock = np.array(moments)
    assert ROUND_THE_CLOCK.worked(clock) == pytest.approx(clock)
    assert ROUND_THE_CLOCK.clock(clock) == pytest.approx(clock)


def test_what_ends_with_the_days_work_ends_that_day_and_the_night_is_slept():
    shift = Shift(9, 17)
    assert shift.clock(np.array([8.0, 8.5])).tolist() == [17.0, 33.5]
    assert shift.worked(np.array([3.0, 12.0, 20.0, 30.0])).tolist() == [0.0, 3.0, 8.0, 8.0]


@pytest.mark.parametrize("hours", [(9, 9), (18, 9), (-1, 5), (3, 25), (float("nan"), 5)])
def test_hours_that_are_none_are_refused(hours):
    with pytest.raises(InvalidShift, match="9-18"):
        Shift(*hours)
