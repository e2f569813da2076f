"""Counts at the door."""

import numpy as np
import pytest

from models.surveillance.series import InvalidCounts, Tails, judged_times, read_counts


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1, 2], r"shape \(2,\)"),
        ([[1, -1]], "count -1.0 in series 0 at time 1"),
        ([[1], [np.inf]], "count inf in series 1 at time 0"),
        ([["many"]], "not numbers"),
        ([[1, 2], [3]], "not numbers"),
    ],
)
def test_what_is_no_table_of_counts_is_refused(values, found):
    with pytest.raises(InvalidCounts, match=found):
        read_counts(values)


def test_a_gap_is_let_through():
    assert np.isnan(read_counts([[1, np.nan]])[0, 1])


def test_no_more_times_are_judged_than_there_are():
    assert (judged_times(3, 9), judged_times(9, 3)) == (3, 3)
    with pytest.raises(InvalidCounts, match="0 times"):
        judged_times(0, 9)


def test_the_last_time_alone():
    tails = Tails(*(np.arange(6.0).reshape(2, 3) + shift for shift in (0, 10, 20)))
    assert [part.tolist() for part in (tails.last().expected, tails.last().upper)] == [
        [2, 5],
        [12, 15],
    ]
    assert tails.last().pvalue.tolist() == [22, 25]
