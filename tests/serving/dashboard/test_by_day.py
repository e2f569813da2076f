"""What is kept by day is what would be read anew, whatever is entered, and whoever enters it."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from features.database import reading, writing
from features.tables import APPEALS, DECISIONS, HISTORY_DAYS
from models.ledger import Ledger, Occasion
from models.scores import Risk, Score
from models.theme_map import no_themes
from serving.dashboard.by_day import ByDay, NewScores
from serving.dashboard.filings import FilingDays
from serving.dashboard.model_reading import Ledgers, spans_of
from serving.dashboard.policy_reading import DecisionDays
from serving.dashboard.queue_waiting import WaitingRoom
from serving.dashboard.regulator_reading import Months, mark_of
from serving.dashboard.today_reading import Courses

FIRST = datetime(2025, 3, 1, 12, tzinfo=UTC)
NOW = FIRST + timedelta(days=40)
OUTCOMES = ("upheld", "overturned")


def appeal(number, hours):
    return {
        "appeal_id": f"a{number}",
        "submitted_at": FIRST + timedelta(hours=hours),
        "text": "payout held",
        "policy": ("fakes", None)[number % 2],
        "evidence": [],
        "attributes": {},
        "digest": "d",
    }


def decision(number, hours):
    when = FIRST + timedelta(hours=hours)
    return {"appeal_id": f"a{number}", "decided_at": when, "outcome": OUTCOMES[hours % 2]}


def enter(engine, act):
    """Do one thing to the history, by plain SQL: nobody is told of it but the database."""
    kind, number, hours = act
    if kind == "score":
        risk = Risk(0.1, "legal", ("low", "high")[hours % 2], "learnt")
        score = Score(f"a{number}", hours / 1000, 0.0, False, risk, 1.0, NOW, ())
        occasion = Occasion("1", FIRST + timedelta(hours=hours))
        Ledger(engine).record([score], ["payout held"], occasion)
        return
    with writing(engine) as connection:
        there = connection.execute(select(APPEALS.c.appeal_id)).scalars().all()
        if kind == "file" and f"a{number}" not in there:
            connection.execute(insert(APPEALS), appeal(number, hours))
        if kind == "decide" and f"a{number}" in there:
            row = decision(number, hours)
            known = DECISIONS.c.appeal_id == row["appeal_id"]
            known &= DECISIONS.c.decided_at == row["decided_at"]
            connection.execute(delete(DECISIONS).where(known))
            connection.execute(insert(DECISIONS), row)
        if kind == "correct":
            mine = update(DECISIONS).where(DECISIONS.c.appeal_id == f"a{number}")
            connection.execute(mine.values(outcome=OUTCOMES[hours % 2]))
        if kind == "take back":
            connection.execute(delete(DECISIONS).where(DECISIONS.c.appeal_id == f"a{number}"))


class Kept:
    """All that pages keep of a history."""

    def __init__(self, engine):
        self.decisions = DecisionDays(engine)
        self.room = WaitingRoom(engine, no_themes())
        self.courses = Courses(engine, FilingDays(), self.decisions, self.room)
        self.ledgers = Ledgers(engine)

    def told(self):
        found = self.decisions.decided(84, NOW)
        rows = zip(
            found.part.tolist(),
            found.ago.tolist(),
            found.hours.tolist(),
            found.overturned.tolist(),
            strict=True,
        )
        decided = sorted((str(found.parts[part]), *row) for part, *row in rows)
        frame = self.room.waiting().frame
        waiting = sorted(map(str, frame[["appeal_id", "tier", "probability"]].to_numpy().tolist()))
        course = self.courses.course(NOW)
        spans = spans_of(FIRST, FIRST + timedelta(days=2), NOW)
        traffic = self.ledgers.traffic("1", spans, NOW, 1)
        judged = sorted(zip(traffic.cases.decided_on, traffic.cases.probability, strict=True))
        said = (np.sort(traffic.first).tolist(), np.sort(traffic.now).tolist(), traffic.mixes)
        streams, waits = (course.filed, course.decided), sorted(map(str, course.waits))
        return decided, waiting, streams, waits, judged, said


acts = st.tuples(
    st.sampled_from(["file", "decide", "decide", "correct", "take back", "score"]),
    st.integers(0, 5),
    st.integers(0, 1_100),  # some of them after NOW
)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(acts, min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_is_kept_is_what_would_be_read_anew(engine, turns):
    with writing(engine) as connection:
        connection.execute(delete(DECISIONS))
        connection.execute(delete(APPEALS))
        connection.execute(insert(APPEALS), [appeal(n, 30 * n) for n in range(3)])
    kept = Kept(engine)
    kept.told()
    for turn in turns:
        for act in turn:
            enter(engine, act)
        assert kept.told() == Kept(engine).told()


@pytest.fixture
def counted(engine):
    """Days of filing with the number of appeals, and the questions asked for them."""
    asked = []

    def read(connection, first, last):
        asked.append((first, last))
        days = [
            moment.date()
            for moment in connection.execute(select(APPEALS.c.submitted_at)).scalars()
            if first <= moment.date() <= last
        ]
        return {day: days.count(day) for day in days}

    with writing(engine) as connection:
        connection.execute(insert(APPEALS), [appeal(n, 24 * n) for n in range(20)])
    return ByDay([HISTORY_DAYS.c.filed], read), asked


def day(number):
    return date(2025, 3, 1) + timedelta(days=number)


def test_only_days_for_which_something_was_entered_are_read_again(engine, counted):
    kept, asked = counted

    def told(*of):
        with reading(engine) as connection:
            return kept.days(connection, *of)

    assert told() == {day(n): 1 for n in range(20)}
    assert told(day(3), day(4)) == {day(3): 1, day(4): 1}
    assert asked == [(day(0), day(19))]
    with writing(engine) as connection:
        connection.execute(insert(APPEALS), [appeal(30, 24 * 2), appeal(31, 24 * 17)])
        connection.execute(insert(DECISIONS), decision(5, 24 * 9))
    assert told()[day(17)] == 2
    assert asked[1:] == [(day(2), day(2)), (day(17), day(17))]
    assert kept.turns == 3
    kept.forget([day(8)])
    assert sum(told().values()) == 22
    assert asked[3:] == [(day(8), day(8))]


def test_new_scores_name_the_days_of_their_appeals_once(engine):
    with writing(engine) as connection:
        connection.execute(insert(APPEALS), [appeal(n, 24 * n) for n in range(3)])
    news = NewScores()

    def days():
        with reading(engine) as connection:
            return news.days(connection, APPEALS.c.submitted_at)

    enter(engine, ("score", 0, 1))
    assert days() == frozenset()
    enter(engine, ("score", 1, 1))
    enter(engine, ("score", 99, 1))  # of no appeal of the history
    assert days() == {day(1)}
    assert days() == frozenset()


def test_the_mark_of_a_report_changes_with_what_it_tells_alone(engine):
    march = Months(date(2025, 3, 1), date(2025, 3, 1))
    with writing(engine) as connection:
        connection.execute(insert(APPEALS), [appeal(0, 1), appeal(1, 24 * 60)])
    before = mark_of(engine, march)
    enter(engine, ("decide", 1, 24 * 61))
    assert mark_of(engine, march) == before
    enter(engine, ("decide", 0, 3))
    assert mark_of(engine, march) != before
