"""How far back the days of themes are known."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from features.tables import THEME_DAYS
from serving.dashboard.theme_history import filed_before, filed_by_day, known_days, known_since
from serving.dashboard.theme_span import Span

AS_OF = date(2025, 3, 31)
START = date(2025, 1, 1)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), min_size=1, max_size=8))
def test_days_are_known_back_to_the_first_that_no_discovery_looked_at(windows):
    covered = {last - n for last, days in windows for n in range(days)}
    first = newest = max(last for last, _ in windows)
    while first - 1 in covered:
        first -= 1
    found = known_since((START + timedelta(days=last), days) for last, days in windows)
    assert found == START + timedelta(days=first)
    assert newest in covered


def test_nothing_is_known_before_the_first_discovery(new_house):
    assert known_since([]) is None
    assert known_days(new_house.engine, AS_OF) is None
    assert filed_before(new_house.engine, Span(AS_OF, AS_OF)) is None


def test_appeals_before_some_days_are_counted_where_all_of_them_are_known(full_house):
    engine = full_house.engine
    week = Span(AS_OF - timedelta(days=6), AS_OF)
    assert filed_before(engine, week) == {"T1": 7, "T2": 7, "T3": 5, "T5": 7, "T6": 1}
    reaching = Span(AS_OF - timedelta(days=44), AS_OF)
    assert filed_before(engine, reaching) == {}
    beyond = Span(AS_OF - timedelta(days=45), AS_OF)
    assert filed_before(engine, beyond) is None


def test_days_of_all_themes_are_summed(full_house):
    with full_house.engine.begin() as connection:
        row = {"theme_id": "T6", "day": START, "appeals": 5, "overturned": 0, "decided": 0}
        connection.execute(insert(THEME_DAYS), row)
    found = filed_by_day(full_house.engine, START, AS_OF)
    assert (found[START], found[AS_OF]) == (5, 6)
    assert START + timedelta(days=1) not in found


@pytest.mark.parametrize(("born", "known"), [(AS_OF, date(2025, 1, 1)), (date(2025, 4, 1), None)])
def test_days_of_a_theme_are_known_since_the_window_that_found_it(full_house, born, known):
    assert known_days(full_house.engine, born) == known
