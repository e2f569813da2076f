"""Charts as cells and as signs."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alarms import Against
from serving.digest.charts import DAYS, SIGNS, STEPS, chart_of, sparkline

LAST = date(2025, 3, 9)
COUNTS = st.lists(
    st.tuples(st.integers(0, 400), st.none() | st.floats(0, 400)), min_size=1, max_size=60
)


def days_of(counts):
    first = LAST - timedelta(days=len(counts) - 1)
    return [
        Against(first + timedelta(days=place), observed, expected)
        for place, (observed, expected) in enumerate(counts)
    ]


@given(COUNTS)
def test_the_cells_of_every_day_fill_its_column(counts):
    chart = chart_of(days_of(counts))
    if chart is None:
        assert all(not observed and not expected for observed, expected in counts[-DAYS:])
        return
    columns = min(len(counts), DAYS)
    assert len(chart.rows) == STEPS
    assert sum(bar.rows for row in chart.rows for bar in row) == STEPS * columns
    assert len(chart.rows[0]) == len(chart.observed) == len(chart.expected) == columns
    assert all(bar.rows >= 1 for row in chart.rows for bar in row)


@pytest.mark.parametrize(
    ("observed", "expected", "tones"),
    [
        (12, 4.0, [(8, "over"), (4, "plain")]),
        (4, 12.0, [(8, "short"), (4, "plain")]),
        (12, 12.0, [(12, "plain")]),
        (12, None, [(12, "plain")]),
        (0, 12.0, [(12, "short")]),
    ],
)
def test_a_bar_tells_what_is_over_and_what_is_short(observed, expected, tones):
    chart = chart_of([Against(LAST, observed, expected)])
    assert [(bar.rows, bar.tone) for row in chart.rows for bar in row] == tones


def test_one_appeal_is_seen_beside_many():
    chart = chart_of(days_of([(1, 0.0), (400, 0.0)]))
    assert [bar.tone for row in chart.rows for bar in row].count("over") == 2
    assert chart.observed[0] == SIGNS[1]


def test_both_lines_have_one_scale_and_a_dot_where_nothing_is_known():
    assert sparkline([0, 7, 3.5, None], 7) == "▁█▅·"
    chart = chart_of(days_of([(0, None), (4, 2.0), (8, 2.0)]))
    assert (chart.observed, chart.expected) == ("▁▅█", "·▃▃")


def test_missing_days_count_nothing_and_the_order_does_not_matter():
    days = [Against(LAST, 4, 2.0), Against(LAST - timedelta(days=2), 2, 2.0)]
    assert chart_of(days).observed == "▅▁█"
    assert chart_of([]) is None
    assert chart_of([Against(LAST, 0, 0.0)]) is None


def test_the_chart_is_told_in_words():
    words = chart_of(days_of([(1, 2.0), (9, 2.0), (4, 2.0)])).words
    assert words == "3 days to 9 March: most on 8 March, 9; last 4; 2 a day expected"
    assert chart_of(days_of([(1, None)])).words == "1 day to 9 March: most on 9 March, 1; last 1"
