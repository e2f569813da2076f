from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.moments import UNITS, read_counted, read_formatted, read_moments, read_years

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31))


def column(*cells):
    return pd.Series(list(cells), dtype=object)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@given(MOMENTS, st.integers(-12, 12))
def test_iso_times_are_read_to_the_microsecond(moment, hours):
    local = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    cells = read_moments(column(local.isoformat(), moment.isoformat(" "), local))
    assert cells.values == [local, moment.replace(tzinfo=UTC), local]
    assert all(value.tzinfo is UTC for value in cells.values)
    assert cells.faults == {}


def test_dates_years_and_months_are_iso_too():
    cells = read_moments(
        column("2024-05-31", "2016", 2016, 2016.0, "20240531", "2024-05", date(2024, 5, 31))
    )
    day, year = utc(2024, 5, 31), utc(2016, 1, 1)
    assert cells.values == [day, year, year, year, day, utc(2024, 5, 1), day]


@pytest.mark.parametrize("cell", [None, "", " ", "NaT", "null", float("nan")])
def test_missing_dates_are_none(cell):
    cells = read_moments(column(cell))
    assert cells.values == [None]
    assert cells.faults == {}


@pytest.mark.parametrize(
    ("cell", "detail"),
    [
        ("2024-02-30", "a text of 10 characters; expected a date such as"),
        ("31/05/2024", "a text of 10 characters; expected a date such as"),
        ("yesterday", "else give its `format`"),
        ("1317849007", "a bare number; expected a date .or give its `unit`"),
        (1317849007.5, "a bare number"),
        (["2024"], "a list of 1 item"),
        (True, "expected a date"),
    ],
)
def test_what_is_no_date_is_told(cell, detail):
    cells = read_moments(column("2024-01-01", cell))
    assert cells.values == [utc(2024, 1, 1), None]
    assert list(cells.faults) == [1]
    assert pd.Series([cells.faults[1]]).str.contains(detail).all()


def test_typed_columns_are_read_as_they_are():
    naive = pd.to_datetime(pd.Series(["2024-05-31T08:00:00", None]))
    local = naive.dt.tz_localize("Asia/Singapore")
    assert read_moments(naive).values == [utc(2024, 5, 31, 8), None]
    assert read_moments(local).values == [utc(2024, 5, 31, 0), None]


@given(MOMENTS, st.sampled_from(["s", "ms", "us"]))
def test_counts_are_read_in_their_unit(moment, unit):
    filed = moment.replace(tzinfo=UTC, microsecond=0)
    count = int((filed - utc(1970, 1, 1)) / timedelta(microseconds=UNITS[unit]))
    assert read_counted(column(count, str(count), f"{count}.0"), unit).values == [filed] * 3


def test_nanoseconds_and_days_are_units_too():
    assert read_counted(column(1_700_000_000_000_000_000), "ns").values == [
        utc(2023, 11, 14, 22, 13, 20)
    ]
    assert read_counted(column("19000.5"), "day").values == [utc(2022, 1, 8, 12)]


def test_counts_that_cannot_be_are_told():
    cells = read_counted(column("abc", "", "1e30", "1317849007"), "s")
    assert cells.values == [None, None, None, utc(2011, 10, 5, 21, 10, 7)]
    assert cells.faults == {
        0: "a text of 3 characters; expected a number",
        2: "a number of s beyond any date",
    }


def test_a_format_decides_between_day_and_month():
    cells = read_formatted(column("03-02-2015 11:35", "2015-02-03", ""), "%d-%m-%Y %H:%M")
    assert cells.values == [utc(2015, 2, 3, 11, 35), None, None]
    assert cells.faults == {
        1: "a text of 10 characters; expected a date in the format %d-%m-%Y %H:%M"
    }


def test_years_without_an_order_stand_at_their_beginning():
    cells = read_years(column("2016", 2015.0, "", "201.5", "0", "soon"))
    assert cells.values == [utc(2016, 1, 1), utc(2015, 1, 1), None, None, None, None]
    assert list(cells.faults) == [3, 4, 5]


def test_years_are_spread_in_the_order_of_the_digits():
    order = ["MN16-10", "EI16-9", "MN15-1", "MN16-100", "EI16-11"]
    cells = read_years(column("2016", "2016", "2015", "2016", "2016"), order)
    by_time = [order[i] for i in sorted(range(5), key=lambda i: cells.values[i])]
    assert by_time == ["MN15-1", "EI16-9", "MN16-10", "EI16-11", "MN16-100"]


@given(st.permutations(range(12)))
def test_years_are_spread_evenly_whatever_the_order_of_rows(places):
    moments = read_years(column(*["2015"] * 12), [f"x{place}" for place in places]).values
    ordered = [moments[places.index(place)] for place in range(12)]
    gaps = {after - before for before, after in pairwise(ordered)}
    assert ordered[0] == utc(2015, 1, 1)
    assert ordered[-1] < utc(2016, 1, 1)
    assert max(gaps) - min(gaps) <= timedelta(microseconds=1)
