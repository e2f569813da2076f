"""What became of an alarm, told from its days; and the parts of its pages that no page shows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.alarm_book import AlarmBook
from models.alarms import Against, AlarmDay, Kind, Part, Turn
from models.catalog import Catalog
from serving.champion import Champion
from serving.dashboard import alarm_list
from serving.dashboard.alarm_history import history_of
from serving.dashboard.alarm_list import AlarmList
from serving.dashboard.alarm_question import Question
from serving.dashboard.alarm_reading import Seen, days_of
from serving.dashboard.alarm_telling import amount, drawn, usual
from serving.dashboard.stock import Stock

DAY = date(2025, 3, 1)


@pytest.fixture
def alarm(alarm_house):
    return AlarmBook(alarm_house.engine).alarm("A1")


def seen_on(alarm, *changes):
    """Give a day for each change of what is told."""
    return tuple(
        Seen(DAY + timedelta(days=n), replace(alarm.account, **change), (), False)
        for n, change in enumerate(changes)
    )


def told_days(*turns):
    return tuple(
        AlarmDay(DAY + timedelta(days=n), turn, 12, 0.04, 50.0, 12) for n, turn in enumerate(turns)
    )


def test_days_in_a_row_on_which_it_was_only_seen_are_told_once(alarm):
    turns = (Turn.OPENED, Turn.SEEN, Turn.SEEN, Turn.SEEN, Turn.GREW, Turn.GREW)
    going_on = replace(alarm, history=told_days(*turns), closed_on=None, opened_on=DAY)
    events = history_of(going_on, seen_on(alarm, {}), 5)
    assert [one.what for one in events] == [
        "grew",
        "grew",
        "seen again on 3 days since 2 Mar 2025",
        "opened",
    ]
    assert events[-1].told.startswith("12 counted, 0.04 expected; 12 appeals in all; by chance")


def test_another_title_another_kind_and_an_escalation_by_people_are_told(alarm):
    seen = seen_on(alarm, {"title": "a"}, {"title": "b"}, {"title": "b", "kind": Kind.RISE})
    by_people = (replace(seen[0], escalated=True), *seen[1:])
    fresh = replace(alarm, history=told_days(Turn.OPENED), closed_on=None, opened_on=DAY)
    events = history_of(fresh, by_people, 5)
    assert [one.what for one in events] == [
        "told as another kind",
        "title changed",
        "escalated",
        "opened",
    ]
    assert (events[1].before, events[1].after) == ("a", "b")
    assert events[0].told == "new cause before, rising since"


def test_a_title_of_too_few_subjects_is_not_told(alarm):
    seen = seen_on(alarm, {"title": "of one seller", "subjects": 1}, {"title": "of many"})
    events = history_of(replace(alarm, history=told_days(Turn.OPENED)), seen, 5)
    assert "title changed" not in [one.what for one in events]


def test_days_are_joined_of_what_is_the_same_and_what_was_expected_is_kept(alarm):
    first = (Against(DAY, 3, 0.5), Against(DAY + timedelta(days=1), 1, 0.5))
    later = (Against(DAY, 4, None), Against(DAY + timedelta(days=2), 5, 0.7))
    other = (Against(DAY, 99, 9.0),)
    part = Part(market="SG")
    seen = seen_on(alarm, {"days": first}, {"days": other, "part": part}, {"days": later})
    assert days_of(seen) == (
        Against(DAY, 4, 0.5),
        Against(DAY + timedelta(days=1), 1, 0.5),
        Against(DAY + timedelta(days=2), 5, 0.7),
    )


def test_of_overturns_nothing_is_expected_of_days_of_filing(alarm):
    days = (Against(DAY, 3, 0.5),)
    assert usual(alarm.account, days) == [0.5]
    assert drawn(alarm.account, days).endswith("the line is what was expected")
    overturns = replace(alarm.account, kind=Kind.OVERTURNS)
    assert usual(overturns, days) == [None]
    assert drawn(overturns, days).endswith("at most 3 on 1 Mar 2025")


@pytest.mark.parametrize(
    ("expected", "written"), [(0.0, "0"), (0.028, "0.028"), (2.04, "2"), (11.64, "11.6")]
)
def test_what_was_expected_is_never_rounded_to_nothing(expected, written):
    assert amount(expected) == written


def test_a_long_list_is_turned_over_and_keeps_what_was_asked(alarm_house, monkeypatch):
    monkeypatch.setattr(alarm_list, "PAGE_ROWS", 3)
    engine, settings = alarm_house.engine, alarm_house.settings
    book = AlarmBook(engine, settings.least_subjects)
    pages = AlarmList(Stock(Catalog(engine), book, Champion(registry=None), settings))
    first = pages.page(Question(sort="since"))
    assert (len(first.rows), first.matching, first.previous) == (3, 4, "")
    assert first.following == "/alarms?sort=-since&page=2"
    last = pages.page(Question(sort="since", page=9))
    assert (len(last.rows), last.following) == (1, "")
    assert last.previous == "/alarms?sort=-since"
    assert last.csv_url == "/alarms.csv?sort=-since"
