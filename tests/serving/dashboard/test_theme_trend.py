"""What the days of a theme let expect of its next ones."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.alarm_book import AlarmBook
from models.catalog import Catalog
from models.expectation import LEAST_DAYS
from serving.dashboard.charts import Episode
from serving.dashboard.theme_trend import TREND_DAYS, expected_days, trend_of

LAST = date(2025, 3, 31)
SPAN = 150


def on_days(counts):
    first = LAST - timedelta(days=len(counts) - 1)
    return {first + timedelta(days=n): int(one) for n, one in enumerate(counts) if one}


def expected(counts, known=0, filed=None, episodes=()):
    ends = (LAST - timedelta(days=len(counts) - 1), LAST)
    whole = dict.fromkeys(on_days([1] * len(counts)), 50) if filed is None else filed
    begins = ends[0] + timedelta(days=known)
    return expected_days(on_days(counts), whole, ends, begins, episodes)


def poisson(mean, seed, days=SPAN):
    return np.random.default_rng(seed).poisson(mean, days)


@pytest.mark.parametrize("mean", [0.3, 4, 25])
def test_chance_alone_leaves_nineteen_days_of_twenty_in_the_band(mean):
    days = [one for seed in range(4) for one in expected(poisson(mean, seed))]
    outside = np.mean([bool(one.beyond) for one in days])
    assert outside < 0.06
    told = np.mean([one.expected for one in days])
    assert told == pytest.approx(mean, rel=0.2, abs=0.15)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.integers(0, 50))
@settings(max_examples=40)
def test_every_day_is_told_and_bands_only_where_enough_is_known(counts, known):
    days = expected(counts, known)
    assert [one.observed for one in days] == counts
    assert days[-1].day == LAST
    for place, one in enumerate(days):
        assert (one.expected is None) is (one.lower is None) is (one.upper is None)
        assert (one.expected is not None) is (place - known >= LEAST_DAYS)
        assert one.expected is None or one.lower <= max(one.upper, one.observed)
    assert days[-1].beyond != "below"


def test_a_surge_stands_out_from_its_first_day_and_changes_nothing_before_it():
    quiet = poisson(3, 1)
    surge = quiet.copy()
    surge[-10:] += 15
    days, before = expected(surge), expected(quiet)
    assert [one.beyond for one in days[-10:-7]] == ["above"] * 3
    told, quietly = ([one.expected or 0 for one in some[:-9]] for some in (days, before))
    assert told == pytest.approx(quietly, rel=1e-9)


def test_days_of_an_alarm_are_held_against_those_before_it_however_long_it_lasts():
    counts = poisson(3, 2)
    counts[-40:] += 15
    began = LAST - timedelta(days=39)
    alarmed, unalarmed = expected(counts, episodes=[Episode(began, LAST, "A1")]), expected(counts)
    assert [one.beyond for one in alarmed[-40:]] == ["above"] * 40
    assert max(one.expected for one in alarmed[-40:]) < 6
    assert unalarmed[-1].expected > 10
    assert alarmed[-41].expected == unalarmed[-41].expected


def test_the_last_day_may_not_be_complete_and_is_never_too_low():
    counts = np.full(SPAN, 40)
    counts[-1] = counts[-3] = 0
    days = expected(counts)
    assert (days[-3].beyond, days[-1].beyond) == ("below", "")


def test_days_without_any_intake_teach_nothing():
    counts = np.full(SPAN, 8)
    counts[-60:-10] = 0
    up = on_days([1] * SPAN)
    down = {when: 50 for when in up if not 10 <= (LAST - when).days < 60}
    taught, spared = expected(counts, filed=dict.fromkeys(up, 50)), expected(counts, filed=down)
    assert spared[-5].expected == pytest.approx(8, rel=0.1)
    assert taught[-5].expected < 0.85 * spared[-5].expected


def test_the_trend_says_how_its_band_is_made(full_house):
    theme = Catalog(full_house.engine).theme("T1", 0)
    latest = Catalog(full_house.engine).latest()
    figure = trend_of(full_house.engine, theme, latest.as_of, [])
    assert "90 days up to 31 Mar 2025" in figure.caption
    assert "negative binomial regression" in figure.caption
    assert "19 days of 20" in figure.caption
    assert "own past" in figure.columns[2]
    assert "alarm" not in figure.caption
    alarmed = trend_of(
        full_house.engine, theme, latest.as_of, AlarmBook(full_house.engine, 0).alarms().alarms
    )
    assert (
        "On shaded days an alarm was open: what is expected later leaves them out."
        in alarmed.caption
    )
    assert "A1" in alarmed.rows[0][5]
    # Days before its first appeal are known to be without one: the discovery looked at them.
    assert figure.rows[-1][:4] == ("1 Jan 2025", "0", "–", "–")
    assert figure.rows[40][2] != "–"
    assert len(figure.rows) == 90 <= TREND_DAYS
    assert figure.still.band
    assert (figure.still.ticks[0], figure.still.ticks[-1]) == ("1 Jan", "31 Mar")


def test_a_trend_ends_with_the_last_day_that_counts_to_the_theme(full_house):
    theme = Catalog(full_house.engine).theme("T1", 0)
    alarms = AlarmBook(full_house.engine, 0).alarms().alarms
    figure = trend_of(full_house.engine, theme, date(2025, 3, 1), alarms)
    assert (figure.rows[0][0], figure.rows[0][1]) == ("1 Mar 2025", "1")
    assert "up to 1 Mar 2025" in figure.caption
    assert "alarm" not in figure.caption
