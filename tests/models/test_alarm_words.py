import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alarm_words import recurrence_words

DAYS = {"days": 1, "weeks": 7, "months": 30.4375, "years": 365.25}


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "once a day"),
        (1.6, "once in 2 days"),
        (13.6, "once in 14 days"),
        (21, "once in 3 weeks"),
        (426, "once in 14 months"),
        (731, "once in 24 months"),
        (732, "once in 2 years"),
        (36_524, "once in 100 years"),
        (36_525, "less than once in a hundred years"),
        (4e307, "less than once in a hundred years"),
    ],
)
def test_how_rare_an_alarm_is_is_told_in_a_unit_that_fits(days, words):
    assert recurrence_words(days) == words


@given(days=st.floats(1.5, 36_524))
def test_the_words_are_at_most_half_a_unit_and_a_third_off(days):
    number, unit = recurrence_words(days).removeprefix("once in ").split()
    assert int(number) >= 2
    assert abs(int(number) * DAYS[unit] - days) <= min(DAYS[unit] / 2, days / 3) + 1e-6
