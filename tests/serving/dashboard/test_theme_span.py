"""Which days are counted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.themes import Discovery
from serving.dashboard.theme_question import DAYS, Question
from serving.dashboard.theme_span import span_of

LAST = date(2025, 3, 31)


def discovery(days=90):
    at = datetime(2025, 4, 1, tzinfo=UTC)
    return Discovery(LAST, days, at, 1.0, "e", 9, 0, 0, 0, 0.5, None, 1.0, None)


def ends(question, days=90):
    span = span_of(question, discovery(days))
    return span.first, span.last, span.chosen


@given(
    st.sampled_from((0, *DAYS)),
    st.dates() | st.none(),
    st.dates(date(2024, 12, 1), date(2025, 5, 1)) | st.none(),
    st.integers(1, 400),
)
def test_days_lie_in_the_window_and_those_before_touch_them(days, since, until, window):
    question = Question(days=0 if since or until else days, since=since, until=until)
    span = span_of(question, discovery(window))
    assert LAST - timedelta(days=window - 1) <= span.first <= span.last <= LAST
    assert span.before.days == span.days
    assert span.before.last == span.first - timedelta(days=1)
    assert span.chosen or span.days == window


def test_nothing_asked_is_the_whole_window():
    assert ends(Question()) == (date(2025, 1, 1), LAST, False)


@pytest.mark.parametrize("days", DAYS)
def test_last_days_end_with_the_window(days):
    assert ends(Question(days=days)) == (LAST - timedelta(days=days - 1), LAST, True)
    assert span_of(Question(days=days), discovery()).remark == ""


def test_named_days_may_have_one_end():
    assert ends(Question(since=date(2025, 3, 1))) == (date(2025, 3, 1), LAST, True)
    first, tenth = date(2025, 1, 1), date(2025, 1, 10)
    assert ends(Question(until=tenth)) == (first, tenth, True)


@pytest.mark.parametrize(
    ("question", "window", "kept", "said"),
    [
        (Question(days=28), 14, (date(2025, 3, 18), LAST, True), "Of the last 28 days, those from"),
        (
            Question(since=date(2025, 3, 30), until=date(2025, 4, 9)),
            90,
            (date(2025, 3, 30), LAST, True),
            "Of 30 Mar 2025 to 9 Apr 2025, those from 30 Mar 2025 to 31 Mar 2025 are counted",
        ),
        (
            Question(since=date(2025, 3, 9), until=date(2025, 3, 8)),
            90,
            (date(2025, 1, 1), LAST, False),
            "All 90 days are counted: 9 Mar 2025 is after 8 Mar 2025.",
        ),
        (
            Question(since=date.min, until=date(2024, 12, 31)),
            90,
            (date(2025, 1, 1), LAST, False),
            "none of 1 Jan 1 to 31 Dec 2024 has been discovered",
        ),
        (
            Question(since=date.max),
            90,
            (date(2025, 1, 1), LAST, False),
            "31 Dec 9999 is after 31 Mar 2025",
        ),
    ],
)
def test_what_cannot_be_counted_is_said(question, window, kept, said):
    assert ends(question, window) == kept
    assert said in span_of(question, discovery(window)).remark
