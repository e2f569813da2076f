"""Drawings, charts, marks, downloads, wording: the small parts that pages are put together from."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.dashboard.charts import Episode, TrendDay, embedded, trend_figure
from serving.dashboard.csv_files import csv_of
from serving.dashboard.drawing import HEIGHT, spark_of, still_of, ticks_of
from serving.dashboard.marking import Marker
from serving.dashboard.pages import NAVIGATION, links_for
from serving.dashboard.wording import change, counted, day, number, share

DAY = date(2025, 3, 1)


@given(st.lists(st.integers(0, 100_000), max_size=40))
def test_a_sparkline_has_a_bar_for_every_day_with_appeals_and_stays_in_its_box(counts):
    spark = spark_of(counts)
    heights = [int(one) for one in re.findall(r"v-(\d+)", spark.before + spark.recent)]
    assert len(heights) == sum(count > 0 for count in counts)
    assert all(1 <= one <= HEIGHT for one in heights)
    assert len(re.findall("v", spark.recent)) == sum(count > 0 for count in counts[-7:])
    assert f"{sum(counts[-7:])} in the last" in spark.words


def test_one_appeal_is_no_peak():
    assert "v-5" in spark_of([0] * 27 + [1]).recent


def test_a_still_breaks_its_line_where_nothing_is_expected():
    still = still_of([0, 5, 10], [5.0, None, 10.0], [(1, 2)], height=100)
    assert still.bars == "M12 100v-50.0M20 100v-100.0"
    assert still.line == "M4 50.0M20 0.0"
    assert still.bands == ((8, 16),)


def days(counts, expected=None):
    return [TrendDay(DAY + timedelta(days=n), one, expected) for n, one in enumerate(counts)]


def test_a_trend_has_its_table_its_still_and_only_layers_with_data():
    episode = Episode(DAY, DAY + timedelta(days=1), "A1")
    trend = [replace(one, lower=1.0, upper=4.0) for one in days([3, 4, 5], 2.5)]
    figure = trend_figure(trend, [episode], "three days")
    spec = json.loads(str(figure.spec))
    styles = [layer["mark"]["style"] for layer in spec["layer"]]
    assert styles == ["episode", "band", "observed", "alarm", "expected"]
    assert [one.get("beyond") for one in spec["data"]["values"]] == [None, None, "above"]
    assert all("data" not in layer for layer in spec["layer"][1:])
    assert figure.rows[0] == ("3 Mar 2025", "5", "2.5", "1 to 4", "above", "")
    assert figure.rows[-1] == ("1 Mar 2025", "3", "2.5", "1 to 4", "", "A1")
    assert figure.still.bands == ((0, 16),)
    assert figure.still.ticks == ("1 Mar", "2 Mar", "3 Mar")
    assert (figure.still.bars.count("v"), figure.still.beyond.count("v")) == (2, 1)
    assert figure.still.band.count("z") == 3
    plain = json.loads(str(trend_figure(days([1]), [], "one day").spec))
    assert [layer["mark"]["style"] for layer in plain["layer"]] == ["observed"]


def test_a_band_is_drawn_on_the_days_that_have_one_and_stays_in_the_box():
    still = still_of([0, 5], [None, 4.0], height=100, within=[None, (2.0, 10.0)])
    assert still.top == 10
    assert still.band == "M8 80.0h8V0.0h-8z"
    assert still_of([0, 5], [None, 4.0]).band == ""


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)), max_size=30))
def test_every_bar_is_drawn_once_in_colour_where_it_is_outside(triples):
    counts = [count for count, _, _ in triples]
    ends = [(float(min(pair)), float(max(pair))) for _, *pair in triples]
    still = still_of(counts, [None] * len(counts), within=ends)
    outside = [one for one, (low, high) in zip(counts, ends, strict=True) if not low <= one <= high]
    assert still.beyond.count("v") == sum(one > 0 for one in outside)
    assert still.bars.count("v") + still.beyond.count("v") == sum(one > 0 for one in counts)


@pytest.mark.parametrize(
    ("days", "ticks"),
    [
        (0, ()),
        (1, ("1 Mar",)),
        (2, ("1 Mar", "2 Mar")),
        (31, ("1 Mar", "11 Mar", "21 Mar", "31 Mar")),
    ],
)
def test_days_are_named_evenly_apart(days, ticks):
    assert ticks_of([DAY + timedelta(days=n) for n in range(days)]) == ticks


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_what_is_put_into_a_script_element_cannot_leave_it(value):
    spelt = str(embedded([value, "</script><!--"]))
    assert not re.search("[<>&\u2028\u2029]", spelt)
    assert json.loads(spelt) == [value, "</script><!--"]


@given(st.lists(st.text(max_size=12), max_size=5), st.text(max_size=80))
def test_marked_or_not_a_text_stays_as_it_is(phrases, text):
    pieces = Marker(phrases).pieces(text)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("phrases", "text", "marked"),
    [
        (["payout hold", "bank"], "My PAYOUT  hold at the bank", ["PAYOUT  hold", "bank"]),
        (["payout hold"], "the payout is on hold, payouts", ["payout", "hold"]),
        (["so it is"], "so it was", []),
        (["ร้านค้า"], "ของร้านค้าเรา", ["ร้านค้า"]),
        (["a.c"], "abc", []),
        ([" "], "a b", []),
    ],
)
def test_phrases_and_their_longer_words_are_marked(phrases, text, marked):
    assert [piece.text for piece in Marker(phrases).pieces(text) if piece.marked] == marked


@given(st.lists(st.lists(st.text(max_size=8) | st.integers() | st.none(), min_size=2, max_size=2)))
def test_no_cell_of_a_download_is_a_formula(rows):
    written = csv_of(["a", "b"], rows)
    texts = [cell for row in rows for cell in row if isinstance(cell, str)]
    for text in texts:
        cell = next(csv.reader(io.StringIO(csv_of(["a"], [[text]]).split("\r\n", 1)[1])), [""])
        assert not "".join(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert written.startswith("a,b\r\n")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", " =1", "＝1", "\n=1"])
def test_a_formula_becomes_a_text(text):
    assert f"'{text}" in csv_of(["a"], [[text]])


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (number(None), "–"),
        (number(0), "0"),
        (number(1204), "1,204"),
        (number(9.54), "9.5"),
        (number(0.043), "0.043"),
        (number(120.4), "120"),
        (share(None), "–"),
        (share(0.0), "0 %"),
        (share(0.24), "24 %"),
        (share(0.031), "3.1 %"),
        (share(0.0004), "under 0.1 %"),
        (share(1.0), "100 %"),
        (change(1200), "+1,200"),
        (change(-3), "−3"),
        (change(0), "0"),
        (day(DAY), "1 Mar 2025"),
        (counted(1, "theme"), "1 theme"),
        (counted(2_000, "match", "matches"), "2,000 matches"),
    ],
)
def test_numbers_are_written_as_people_read_them(written, wanted):
    assert written == wanted


def test_the_navigation_shows_the_pages_that_are_there():
    links = links_for("/themes", frozenset({"/", "/themes", "/themes/{theme_id}"}))
    assert [(link.name, link.here) for link in links] == [("Today", False), ("Themes", True)]
    assert [link.path for link in links_for("", frozenset(NAVIGATION))] == list(NAVIGATION)
