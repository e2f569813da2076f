"""When a message is tried again, and when it is given up."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.webhook.schedule import LIFETIME, Answer, Outcome, judge, pause, pause_asked_for

NOW = datetime(2025, 3, 31, 12, tzinfo=UTC)
draws = st.floats(0, 1)
failures = st.builds(
    Answer,
    status=st.one_of(st.none(), st.integers(300, 599).filter(lambda status: status != 410)),
    retry_after=st.one_of(
        st.none(), st.text(), st.integers(0, 10**30).map(str), st.datetimes().map(format_datetime)
    ),
)


def test_the_pauses_are_those_that_were_promised():
    seconds = [pause(attempts, 0).total_seconds() for attempts in range(1, 10)]
    assert seconds == [5, 30, 120, 600, 1_800, 3_600, 7_200, 7_200, 7_200]
    assert pause(1, 1) == timedelta(seconds=6)


@given(st.integers(1, 6), draws, draws)
def test_every_pause_is_longer_than_the_one_before_whatever_is_drawn(attempts, one, other):
    assert pause(attempts, one) < pause(attempts + 1, other)


@given(st.lists(st.tuples(failures, draws), min_size=1), st.tuples(failures, draws))
def test_times_rise_and_the_last_attempt_falls_on_the_end_of_the_day(given_answers, forever):
    now, attempts = NOW, 0
    while True:
        answer, draw = given_answers[attempts] if attempts < len(given_answers) else forever
        attempts += 1
        verdict = judge(answer, attempts, NOW, now, draw)
        if verdict.outcome is Outcome.DEAD:
            break
        assert verdict.outcome is Outcome.FAILED
        assert now < verdict.at <= NOW + LIFETIME
        now = verdict.at
    assert verdict.at == now == NOW + LIFETIME


@given(failures, st.integers(1, 100), draws, st.timedeltas(timedelta(days=1), timedelta(days=6)))
def test_a_failure_after_the_day_is_the_end(answer, attempts, draw, late):
    assert judge(answer, attempts, NOW, NOW + late, draw).outcome is Outcome.DEAD


@given(st.integers(200, 299), st.timedeltas(timedelta(0), timedelta(days=6)))
def test_any_2xx_is_a_delivery_however_late(status, late):
    verdict = judge(Answer(status), 3, NOW, NOW + late, 0.5)
    assert (verdict.outcome, verdict.at) == (Outcome.DELIVERED, NOW + late)


def test_gone_is_the_end_at_once():
    assert judge(Answer(410), 1, NOW, NOW, 0.5).outcome is Outcome.DEAD


@pytest.mark.parametrize("status", [100, 199, 301, 302, 304, 400, 401, 404, 429, 500, 503, None])
def test_everything_else_is_tried_again(status):
    assert judge(Answer(status), 1, NOW, NOW, 0).at == NOW + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("90", 90),
        ("0", 0),
        ("9" * 5_000, 86_400),
        ("Mon, 31 Mar 2025 12:02:00 GMT", 120),
        ("Mon, 31 Mar 2025 11:00:00 GMT", 0),
        ("Mon, 31 Mar 2025 12:02:00 -0000", 120),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("", 0),
        ("-5", 0),
        ("²", 0),
        ("soon", 0),
        (None, 0),
    ],
)
def test_retry_after_is_seconds_or_a_date_of_a_day_at_most(header, seconds):
    assert pause_asked_for(header, NOW) == timedelta(seconds=seconds)


def test_the_longer_of_both_pauses_counts():
    assert judge(Answer(429, retry_after="90"), 1, NOW, NOW, 0).at == NOW + timedelta(seconds=90)
    assert judge(Answer(429, retry_after="1"), 2, NOW, NOW, 0).at == NOW + timedelta(seconds=30)


def test_what_came_is_told_in_a_few_words():
    assert Answer(503).told == "status 503"
    assert Answer(error="no answer within 10 seconds").told == "no answer within 10 seconds"
