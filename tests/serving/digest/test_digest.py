"""Where each alarm is told, and in which order."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alarms import Part, Turn
from models.themes import Status
from serving.digest.digest import Label, Section, entries_of, section_of

DAY = timedelta(days=1)
BEFORE, IN, LATER, AFTER = date(2025, 2, 20), date(2025, 3, 4), date(2025, 3, 6), date(2025, 3, 12)


@pytest.mark.parametrize(
    ("turns", "closed_on", "section"),
    [
        ({IN: Turn.OPENED}, None, Section.OPENED),
        ({IN: Turn.OPENED, LATER: Turn.ESCALATED}, None, Section.OPENED),
        ({IN: Turn.OPENED}, LATER, Section.CLOSED),
        ({IN: Turn.OPENED}, AFTER, Section.OPENED),
        ({BEFORE: Turn.OPENED, IN: Turn.SEEN}, None, Section.OPEN),
        ({BEFORE: Turn.OPENED, IN: Turn.GREW}, None, Section.GROWN),
        ({BEFORE: Turn.OPENED, IN: Turn.ESCALATED}, None, Section.GROWN),
        ({BEFORE: Turn.OPENED, IN: Turn.GREW}, LATER, Section.CLOSED),
        ({BEFORE: Turn.OPENED, BEFORE + DAY: Turn.GREW, IN: Turn.SEEN}, None, Section.OPEN),
        ({BEFORE: Turn.OPENED}, None, Section.OPEN),
        ({BEFORE: Turn.OPENED}, BEFORE + 3 * DAY, None),
        ({AFTER: Turn.OPENED}, None, None),
        ({BEFORE: Turn.OPENED, AFTER: Turn.GREW}, None, Section.OPEN),
    ],
)
def test_an_alarm_is_told_in_one_section(made_alarm, period, turns, closed_on, section):
    assert section_of(made_alarm(turns=turns, closed_on=closed_on), period) is section


@given(st.lists(st.tuples(st.floats(1, 1e6), st.sampled_from([BEFORE, IN])), max_size=8))
def test_sections_are_in_order_and_the_rarest_is_first(made_alarm, period, plan):
    alarms = [
        made_alarm(f"A{place}", {opened: Turn.OPENED}, recurrence_days=days)
        for place, (days, opened) in enumerate(plan)
    ]
    entries = entries_of(alarms, period, {})
    assert sorted(one.alarm.alarm_id for one in entries) == sorted(a.alarm_id for a in alarms)
    told = [
        (list(Section).index(one.section), -one.alarm.account.recurrence_days) for one in entries
    ]
    assert told == sorted(told)


def test_an_escalated_alarm_is_told_before_a_rarer_one_that_grew(made_alarm, period):
    grew = made_alarm("A1", {BEFORE: Turn.OPENED, IN: Turn.GREW}, recurrence_days=9e9)
    escalated = made_alarm(
        "A2", {BEFORE: Turn.OPENED, IN: Turn.ESCALATED, LATER: Turn.GREW}, recurrence_days=50
    )
    entries = entries_of([grew, escalated], period, {})
    assert [(one.alarm.alarm_id, one.turn) for one in entries] == [
        ("A2", Turn.ESCALATED),
        ("A1", Turn.GREW),
    ]


def test_a_past_period_tells_what_was_known_then(made_alarm, period):
    alarm = made_alarm(turns={IN: Turn.OPENED, AFTER: Turn.GREW})
    (entry,) = entries_of([alarm], period, {})
    assert (entry.last.as_of, entry.current, entry.turn) == (IN, False, None)
    assert max(one.day for one in entry.days) <= period.until


def test_the_theme_is_told_where_it_may_be_shown(made_alarm, period):
    label = Label("T3", "Shop closed", Status.NEW, None, 9)
    by_part = made_alarm("A1", theme=None, part=Part(theme="T3"))
    hidden = made_alarm("A2", theme="T4")
    entries = entries_of([by_part, hidden], period, {"T3": label})
    assert {one.alarm.alarm_id: one.theme for one in entries} == {"A1": label, "A2": None}


def test_false_alarms_follow_from_the_accepted_rate(digested):
    assert digested(accepted=3.0).expected_false_alarms == pytest.approx(3 * 7 / 30.4375)
