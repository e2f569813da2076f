"""Counts by day, from a real database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.columns import Records
from features.daily import decided_appeals, decided_by_day, filed_by_day
from features.history import History
from features.schema import Appeal, Decision

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=10)
NAMES = st.sampled_from([None, "1", "2"])
ROWS = st.lists(st.tuples(st.integers(0, 99), NAMES, NAMES, NAMES), max_size=30)


def appeal(number, hours=0.0, **facts):
    when = START + timedelta(hours=hours)
    return Appeal(appeal_id=str(number), submitted_at=when, text="please", **facts)


def decision(number, hours, outcome="overturned"):
    when = START + timedelta(hours=hours)
    return Decision(appeal_id=str(number), outcome=outcome, decided_at=when)


def rows(frame):
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_a_subject_counts_once_a_day_in_a_corner_and_nobody_as_oneself(engine):
    facts = {"policy": "p", "market": "SG", "detection": "automated"}
    appeals = [appeal(number, number, subject_id="s", **facts) for number in range(5)]
    appeals += [appeal("next", 24, subject_id="s", **facts)]
    appeals += [appeal("else", 1, subject_id="s", policy="q"), appeal("s", 1, **facts)]
    appeals += [appeal("t", 2, **facts), appeal("late", 240), appeal("early", -1)]
    History(engine).add(Records(appeals, [], []))
    counted = filed_by_day(engine, START, END)
    corner = ("p", "SG", "automated")
    assert rows(counted) == [
        (date(2026, 1, 1), *corner, 3),
        (date(2026, 1, 1), "q", None, None, 1),
        (date(2026, 1, 2), *corner, 1),
    ]
    assert len(filed_by_day(engine, START - timedelta(days=1), END + timedelta(days=1))) == 5


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=ROWS)
def test_the_counts_are_those_of_the_history(engine, drawn):
    known = History(engine).counts().appeals
    appeals = [
        appeal(known + place, hours, subject_id=who, policy=policy, market=market)
        for place, (hours, who, policy, market) in enumerate(drawn)
    ]
    history = History(engine)
    history.add(Records(appeals, [], []))
    frame = history.appeals(START, END)
    subject = frame["subject_id"].fillna("appeal " + frame["appeal_id"])
    key = [frame["submitted_at"].dt.date, frame["policy"], frame["market"], frame["detection"]]
    expected = subject.groupby(key, dropna=False).nunique()
    counted = filed_by_day(engine, START, END)
    assert sorted(counted["filed"]) == sorted(expected)
    assert counted["filed"].sum() == expected.sum()


def test_the_latest_decision_counts_on_the_day_on_which_it_was_made(engine):
    appeals = [appeal(number, -30 if number == 3 else 1, policy="p") for number in range(5)]
    decisions = [
        *(decision(0, 2), decision(0, 50, "upheld"), decision(0, 300)),
        *(decision(1, 2), decision(2, 3, "upheld"), decision(3, 4)),
        decision(4, 300),
    ]
    History(engine).add(Records(appeals, decisions, []))
    first, third = date(2026, 1, 1), date(2026, 1, 3)
    assert rows(decided_by_day(engine, START - timedelta(days=9), END)) == [
        (first, "p", None, None, 3, 2),
        (third, "p", None, None, 1, 0),
    ]
    assert rows(decided_by_day(engine, START + timedelta(days=1), END)) == [
        (third, "p", None, None, 1, 0)
    ]
    assert rows(decided_appeals(engine, START, END)) == [
        ("0", third, False),
        ("1", first, True),
        ("2", first, False),
    ]


def test_of_a_subject_one_decision_a_day_counts_overturned_where_any_was(engine):
    appeals = [appeal(number, 1, policy="p", subject_id="one") for number in range(60)]
    appeals += [appeal(number, 1, policy="p") for number in range(60, 63)]
    decisions = [decision(number, 2) for number in range(1, 62)]
    decisions += [decision(0, 2, "upheld"), decision(62, 2, "upheld")]
    History(engine).add(Records(appeals, decisions, []))
    counted = decided_by_day(engine, START, END)
    assert rows(counted) == [(date(2026, 1, 1), "p", None, None, 4, 3)]


def test_an_empty_history_has_the_columns(engine):
    for read in (filed_by_day, decided_by_day, decided_appeals):
        frame = read(engine, START, END)
        assert len(frame) == 0
        assert "day" in frame


def test_a_moment_without_a_zone_is_refused(engine):
    with pytest.raises(Exception, match="time zone"):
        filed_by_day(engine, START.replace(tzinfo=None), END)
