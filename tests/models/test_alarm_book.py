"""The alarms as they are read: open or over, since a day, of a kind."""

from datetime import date, timedelta

import pytest

from features.errors import NoSuchAlarm
from models.alarm_book import AlarmBook, Raised
from models.alarms import Kind, Part
from models.catalog import Catalog

DAY = date(2025, 3, 31)
SPAM = Part(policy="spam")


@pytest.fixture
def book(emptied, discovered, sighting_of):
    """A1 closed on day 9, A2 on day 10; A3, a fall, and A4, rarer by chance, are open on day 12."""
    catalog = Catalog(emptied())
    stream = {
        0: [sighting_of("abc")],
        1: [sighting_of("abc")],
        2: [sighting_of("xyz", 50.0)],
        8: [sighting_of((), 40.0, kind=Kind.FALL, part=SPAM)],
        12: [sighting_of("mno", 60.0)],
    }
    for day, sightings in stream.items():
        catalog.write(discovered(DAY + timedelta(days=day), {"T1": {"a1": 0.5}}), sightings)
    return AlarmBook(catalog.engine)


def ids(raised):
    return [alarm.alarm_id for alarm in raised.alarms]


def test_before_the_first_discovery_there_is_none(emptied):
    assert AlarmBook(emptied()).alarms() == Raised(None, ())


def test_open_ones_come_first_and_of_these_the_rarest(book):
    raised = book.alarms()
    assert raised.as_of == DAY + timedelta(days=12)
    assert ids(raised) == ["A4", "A3", "A2", "A1"]
    assert ids(book.alarms(is_open=True)) == ["A4", "A3"]
    assert ids(book.alarms(is_open=False)) == ["A2", "A1"]


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (0, ["A4", "A3", "A2", "A1"]),
        (9, ["A4", "A3", "A2", "A1"]),
        (10, ["A4", "A3", "A2"]),
        (11, ["A4", "A3"]),
        (16, ["A4", "A3"]),
        (17, ["A4"]),
        (99, []),
    ],
)
def test_since_a_day_are_those_that_were_open_on_it_or_closed_on_it(book, since, expected):
    assert ids(book.alarms(since=DAY + timedelta(days=since))) == expected


def test_of_some_kinds(book):
    assert ids(book.alarms(kinds=[Kind.FALL])) == ["A3"]
    assert ids(book.alarms(kinds=[Kind.RISE, Kind.OVERTURNS])) == []


def test_an_alarm_whole_is_that_of_the_list(book):
    for alarm in book.alarms().alarms:
        assert book.alarm(alarm.alarm_id) == alarm
    with pytest.raises(NoSuchAlarm, match="Take one from the list"):
        book.alarm("A5")


def test_an_alarm_is_told_since_it_began(emptied, discovered, sighting_of):
    """What makes a cause up today is of the last days, and begins later from day to day."""
    catalog = Catalog(emptied())
    for day in range(3):
        since = DAY - timedelta(days=4 - day)
        seen = [sighting_of("abc", since=since)]
        catalog.write(discovered(DAY + timedelta(days=day), {"T1": {"a1": 0.5}}), seen)
    (alarm,) = AlarmBook(catalog.engine).alarms().alarms
    assert alarm.account.since == DAY - timedelta(days=4)


def test_of_few_subjects_nothing_is_told(emptied, discovered, sighting_of):
    catalog = Catalog(emptied())
    seen = [sighting_of("abc", subjects=4), sighting_of("xyz", subjects=5)]
    catalog.write(discovered(DAY, {"T1": {"a1": 0.5}}), seen)
    book = AlarmBook(catalog.engine, least_subjects=5)
    (told,) = book.alarms().alarms
    assert told.account.subjects == 5
    assert book.alarms().suppressed == 1
    assert book.alarms(is_open=False).suppressed == book.alarms(kinds=[Kind.FALL]).suppressed == 0
    (hidden,) = {"A1", "A2"} - {told.alarm_id}
    with pytest.raises(NoSuchAlarm):
        book.alarm(hidden)
